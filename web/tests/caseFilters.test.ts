import { describe, expect, it } from 'vitest'
import { addressOf, chipsOf, counted, filtersOf, isSame, QUICK, withFilter, without } from '@/console/cases/filters'

describe('filters of the list of cases', () => {
  it('reads an address and leaves out what the list does not know', () => {
    expect(filtersOf({ overdue: 'true', case_type: 'urban', severity: ['1', '2'], view: 'map', colour: 'red', q: '' })).toEqual({
      overdue: 'true', case_type: ['urban'], severity: ['1', '2'],
    })
  })

  it('counts without an order, which a count has not', () => {
    expect(counted(filtersOf({ overdue: 'true', order: 'due' }))).toEqual({ overdue: 'true' })
  })

  it('makes an address of the filter that the API names, and reads the same back', () => {
    const address = addressOf({ state_kind: ['checking'], to_verify: false, due_within_minutes: 60, order: 'due', region: '' })
    expect(address).toEqual({ state_kind: ['checking'], to_verify: 'false', due_within_minutes: '60', order: 'due' })
    expect(addressOf(filtersOf(address as never))).toEqual(address)
  })

  it('takes one chip away and keeps the others', () => {
    const filters = { severity: ['1', '2'], region: '4206', order: 'due', q: '灯' }
    expect(chipsOf(filters).map((chip) => `${chip.name}=${chip.value}`)).toEqual(['severity=1', 'severity=2', 'region=4206'])
    expect(without(filters, { name: 'severity', value: '1' })).toEqual({ ...filters, severity: ['2'] })
    expect(without({ severity: ['1'] }, { name: 'severity', value: '1' })).toEqual({})
  })

  it('sets and clears one filter', () => {
    expect(withFilter({ region: '4206' }, 'region', '')).toEqual({})
    expect(withFilter({}, 'severity', ['1'])).toEqual({ severity: ['1'] })
  })

  it('knows a ready-made list again from its address', () => {
    for (const one of QUICK) expect(isSame(filtersOf(addressOf(one.filters) as never), one.filters), one.key).toBe(true)
    expect(isSame({ is_open: 'true' }, { is_open: 'true', q: '灯' })).toBe(false)
  })
})

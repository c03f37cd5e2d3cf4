import { setLanguage } from '@/shared/i18n'
import { beforeEach, describe, expect, it } from 'vitest'
import { bodyOf, changeOf, draftOf, emptyDraft, isBackwards, lostBy, placeQuery, startOfDay, timeState, type Line, type Told } from '@/console/responsibilities/lines'

const line: Line = {
  id: 7, case_type: 'urban.lamp', region: '*', organisation: 'urban', organisation_name: 'Urban management', is_usable: true, priority: 10, note: 'trial', pack: '', is_edited: false,
  valid_from: '2026-03-01T07:30:00Z', valid_to: null,
}
const told = (some: Partial<Told>): Told => ({ line: 1, case_type: 'urban.lamp', region: '*', priority: 0, organisation: 'urban', organisation_name: '', note: '', ...some })
const depth = (code: string) => ({ '*': 0, county: 2, street: 3 })[code] ?? 0

describe('lines of the responsibility list', () => {
  beforeEach(() => setLanguage('zh'))

  it('begin with the day of the city', () => {
    expect(startOfDay('2026-03-02')).toBe('2026-03-01T16:00:00.000Z')
  })

  it('keep the moment of a day that was not touched', () => {
    const draft = draftOf(line)
    expect(draft).toMatchObject({ region: '', from: '2026-03-01', to: '' })
    expect(changeOf(draft, line)).toEqual({ priority: 10, note: 'trial', valid_from: line.valid_from, valid_to: null })
    expect(changeOf({ ...draft, from: '2026-03-05' }, line).valid_from).toBe('2026-03-04T16:00:00.000Z')
  })

  it('stand for the whole city without a region', () => {
    expect(bodyOf(emptyDraft({ caseType: 'urban', organisation: 'urban' }))).toEqual({ case_type: 'urban', region: '*', organisation: 'urban', priority: 0, note: '', valid_from: null, valid_to: null })
  })

  it('do not end before they begin', () => {
    expect(isBackwards(emptyDraft({ from: '2026-03-02', to: '2026-03-01' }))).toBe(true)
    expect(isBackwards(emptyDraft({ from: '2026-03-02' }))).toBe(false)
  })

  it('are in force from their first moment to just before their last', () => {
    const now = Date.parse('2026-03-02T00:00:00Z')
    expect(timeState({ valid_from: '2026-03-02T00:00:00Z', valid_to: null }, now)).toBe('inForce')
    expect(timeState({ valid_from: null, valid_to: '2026-03-02T00:00:00Z' }, now)).toBe('ended')
    expect(timeState({ valid_from: '2026-03-02T00:00:01Z', valid_to: null }, now)).toBe('notYet')
  })

  it('lose by the first thing in which they differ from the winner', () => {
    expect(lostBy(told({ region: 'street' }), told({ case_type: 'urban', region: 'street' }), depth)).toBe('case_type')
    expect(lostBy(told({ region: 'street' }), told({ region: 'county', priority: 9 }), depth)).toBe('region')
    expect(lostBy(told({ priority: 5 }), told({ priority: 1 }), depth)).toBe('priority')
    expect(lostBy(told({}), told({}), depth)).toBe('older_line')
  })

  it('are asked about by a point rather than by a region', () => {
    expect(placeQuery({ region: '420606', lon: 112.1, lat: 30.9 })).toEqual({ region: '', lon: 112.1, lat: 30.9 })
    expect(placeQuery({ region: '420606', lon: null, lat: null })).toEqual({ region: '420606' })
    expect(placeQuery({ region: '', lon: null, lat: null })).toEqual({ region: '' })
  })
})

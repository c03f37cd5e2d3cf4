import { describe, expect, it } from 'vitest'
import { presetOf, rangeOf } from '@/console/running/range'

const now = Date.parse('2026-03-02T01:30:00Z')
const today = '2026-03-02 09:30'

describe('a time range of the audit trail', () => {
  it('is a preset that moves with the city clock', () => {
    expect(rangeOf({ within: 'hour' }, now, today)).toEqual({ since: '2026-03-02T00:30:00.000Z' })
    expect(rangeOf({ within: 'week' }, now, today)).toEqual({ since: '2026-02-23T01:30:00.000Z' })
  })

  it('begins today at midnight of the city, not of Greenwich', () => {
    expect(rangeOf({ within: 'today' }, now, today)).toEqual({ since: '2026-03-01T16:00:00.000Z' })
  })

  it('is two moments, or one of them', () => {
    expect(rangeOf({ since: '2026-03-01T00:00:00Z', until: '2026-03-02T00:00:00Z' }, now, today)).toEqual({ since: '2026-03-01T00:00:00.000Z', until: '2026-03-02T00:00:00.000Z' })
    expect(rangeOf({ until: '2026-03-02T00:00:00Z' }, now, today)).toEqual({ until: '2026-03-02T00:00:00.000Z' })
  })

  it('is nothing where the address says nothing that makes sense', () => {
    expect(rangeOf({ within: 'century', since: 'soon' }, now, today)).toEqual({})
    expect(presetOf({ within: 'century' })).toBe('')
    expect(presetOf({ within: 'today' })).toBe('today')
  })
})

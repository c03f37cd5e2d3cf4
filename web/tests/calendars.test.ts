import { arrangementOf, monthOf, nameNear, toggled, yearOf } from '@/console/calendars/year'
import { describe, expect, it } from 'vitest'

const MAY = { zh: '劳动节', en: 'Labour Day' }
const FOUND = {
  holidays: [{ start: '2026-05-01', end: '2026-05-03', title: MAY }],
  make_up_days: [{ day: '2026-05-09', hours: ['09:00-12:00'] }],
}

describe('a year of the working calendar', () => {
  it('is taken apart into days and put together again', () => {
    const year = yearOf(FOUND)
    expect(Object.keys(year)).toEqual(['2026-05-01', '2026-05-02', '2026-05-03', '2026-05-09'])
    expect(arrangementOf(year)).toEqual(FOUND)
  })

  it('splits a holiday where a day is taken out, and joins one that is put next to it under its name', () => {
    const year = yearOf(FOUND)
    const split = arrangementOf(toggled(year, '2026-05-02', true))
    expect(split.holidays.map((one) => [one.start, one.end])).toEqual([['2026-05-01', '2026-05-01'], ['2026-05-03', '2026-05-03']])
    const longer = arrangementOf(toggled(year, '2026-05-04', true, nameNear(year, '2026-05-04')))
    expect(longer.holidays).toEqual([{ start: '2026-05-01', end: '2026-05-04', title: MAY }])
  })

  it('makes a free day of the week a make-up day, and takes it back', () => {
    const once = toggled({}, '2026-10-10', false)
    expect(arrangementOf(once).make_up_days).toEqual([{ day: '2026-10-10', hours: null }])
    expect(toggled(once, '2026-10-10', false)).toEqual({})
  })

  it('begins its weeks on Monday', () => {
    expect(monthOf(2026, 1)).toMatchObject({ blanks: 6 })
    expect(monthOf(2028, 1).cells).toHaveLength(29)
  })
})

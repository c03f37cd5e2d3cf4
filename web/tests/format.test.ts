import { afterEach, describe, expect, it } from 'vitest'
import { about, age, dateTime, left, number, shortTime, span } from '@/shared/format'
import { setLanguage } from '@/shared/i18n'

const at = Date.parse('2026-03-02T01:00:00Z')

describe('times are read in the city, not where the browser stands', () => {
  afterEach(() => setLanguage('zh'))

  it('shows the zone of the city', () => {
    expect(dateTime(at)).toBe('2026-03-02 09:00')
    expect(dateTime('2026-03-01T16:00:05Z', true)).toBe('2026-03-02 00:00:05')
    expect(dateTime(null)).toBe('')
  })

  it('is as short as it can be', () => {
    expect(shortTime(at, at)).toBe('09:00')
    expect(shortTime('2026-02-27T01:30:00Z', at)).toBe('02-27 09:30')
    expect(shortTime('2025-12-31T01:30:00Z', at)).toBe('2025-12-31 09:30')
  })

  it('says how long in two units', () => {
    expect(span(59_000)).toBe('59 秒')
    expect(span(90 * 60_000)).toBe('1 小时 30 分')
    expect(span(26 * 3_600_000)).toBe('1 天 2 小时')
    expect(age(at - 300_000, at)).toBe('5 分钟前')
    expect(left(at + 3_600_000, at)).toBe('剩 1 小时')
    expect(left(at - 3_600_000, at)).toBe('超 1 小时')
    expect(left(null, at)).toBe('不限时')
  })

  it('speaks English when asked to', () => {
    setLanguage('en')
    expect(age(at - 300_000, at)).toBe('5 min ago')
    expect(left(at - 3_600_000, at)).toBe('1 h over')
  })
})

describe('numbers', () => {
  it('says that a count was capped', () => {
    expect(about({ count: 1000, is_more: true })).toBe('1,000+')
    expect(about({ count: 12, is_more: false })).toBe('12')
    expect(number(null)).toBe('—')
    expect(number(1.005, 1)).toBe('1.0')
  })
})

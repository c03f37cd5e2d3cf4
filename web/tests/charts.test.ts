import { describe, expect, it } from 'vitest'
import { aggregateOf, asNumber, everyFor, extentOf, gapOf, moved, offsetOf, scaled, splitGaps, summaryOf } from '@/shared/charts/series'

const HOUR = 3_600_000
const span = (hours: number) => ({ from: 0, to: hours * HOUR })
const points = (...pairs: [number, number | null][]) => pairs.map(([at, value]) => ({ at, value }))

describe('how finely a chart asks', () => {
  it('asks for single readings while a screen can show them', () => {
    expect(everyFor(span(24), 300)).toBeNull()
    expect(everyFor(span(24 * 14), 3600)).toBeNull()
    expect(everyFor(span(6), undefined)).toBeNull()
  })

  it('asks for stretches beyond that, never finer than what is reported', () => {
    expect(everyFor(span(24 * 7), 300)).toBe('30m')
    expect(everyFor(span(24 * 14), 300)).toBe('1h')
    expect(everyFor(span(24 * 365), 3600)).toBe('1d')
    expect(everyFor(span(24), 5)).toBe('5m')
    expect(everyFor(span(1), 900, true)).toBe('15m')
  })

  it('takes no mean of words and switches', () => {
    expect([aggregateOf('number'), aggregateOf('boolean'), aggregateOf('enum')]).toEqual(['mean', 'max', 'last'])
  })
})

describe('gaps stay gaps', () => {
  it('breaks the line where three periods are missing', () => {
    const gap = gapOf(300, null)
    const line = points([0, 1], [300_000, 2], [1_500_000, 3])
    expect(gap).toBe(900_000)
    expect(splitGaps(line, gap).map((point) => point.value)).toEqual([1, 2, null, 3])
    expect(splitGaps(points([0, 1], [900_000, 2]), gap)).toHaveLength(2)
  })

  it('knows no gaps where nothing says how often readings come', () => {
    expect(gapOf(undefined, null)).toBeNull()
    expect(splitGaps(points([0, 1], [HOUR * 50, 2]), null)).toHaveLength(2)
  })

  it('counts missing stretches of aggregates', () => {
    expect(gapOf(300, '1h')).toBe(2.5 * HOUR)
    expect(gapOf(7200, '1h')).toBe(6 * HOUR)
  })
})

describe('values on the axis', () => {
  it('puts switches and words into numbers', () => {
    expect(asNumber(true, { type: 'boolean' })).toBe(1)
    expect(asNumber('S', { type: 'enum', values: ['N', 'S'] })).toBe(1)
    expect(asNumber('?', { type: 'enum', values: ['N', 'S'] })).toBeNull()
    expect(asNumber(null, { type: 'number' })).toBeNull()
  })

  it('shows limits that are near, and does not flatten the line for those that are far', () => {
    const near = extentOf(points([0, 10], [1, 20]), [{ value: 30, severity: 2, label: '' }])!
    expect(near[1]).toBeGreaterThan(30)
    expect(extentOf(points([0, 10], [1, 20]), [{ value: 500, severity: 2, label: '' }])![1]).toBeLessThan(25)
    expect(extentOf([], [])).toBeNull()
    expect(extentOf(points([0, 0.1], [1, 5]), [])![0]).toBe(0)
  })

  it('says the extremes of stretches, not only of their means, and leaves out what is doubtful', () => {
    const found = summaryOf([{ at: 0, value: 5, low: 1, high: 9 }, { at: 1, value: 6, low: 6, high: 6 }, { at: 2, value: 99, quality: 3 }])!
    expect([found.count, found.lowest.low, found.highest.high, found.last.value]).toEqual([2, 1, 9, 6])
    expect(summaryOf([{ at: 0, value: null }])).toBeNull()
  })
})

describe('moving in time', () => {
  it('never goes past now', () => {
    expect(moved({ from: 0, to: 10 }, 0.5, 12)).toEqual({ from: 2, to: 12 })
    expect(moved({ from: 100, to: 110 }, -0.5, 200)).toEqual({ from: 95, to: 105 })
    expect(scaled({ from: 0, to: 100 }, 2, 120, 1)).toEqual({ from: -80, to: 120 })
    expect(scaled({ from: 0, to: 100 }, 0.5, 120, 1)).toEqual({ from: 25, to: 75 })
  })

  it('counts in the zone of the city', () => {
    expect(offsetOf('Asia/Shanghai', Date.parse('2026-11-25T20:00:00.500Z'))).toBe(8 * HOUR)
    expect(offsetOf('America/Chicago', Date.parse('2026-07-01T00:00:00Z'))).toBe(-5 * HOUR)
  })
})

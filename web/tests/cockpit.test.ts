import { axisOf } from '@/console/cockpit/charts'
import { flowOf, through } from '@/console/cockpit/flow'
import messages from '@/console/cockpit/messages'
import { DAYS, isBeyond, midnights, momentAt, MOST, positionOf, shifted } from '@/console/cockpit/moments'
import { inOrder, onPhone, type Facts, type Point, type SceneElement, type Step } from '@/console/cockpit/scene'
import { sparkOf } from '@/console/cockpit/spark'
import { changeOf, periodShort } from '@/console/cockpit/words'
import { addMessages, setLanguage } from '@/shared/i18n'
import { beforeAll, describe, expect, it } from 'vitest'

const NOW = Date.parse('2026-03-02T14:05:00+08:00')
const point = (start: string, end: string, value: number | null = 1): Point => ({ start, end, value, rows: 1, level: null, is_whole: true, recorded_at: end })
const TODAY = point('2026-03-01T16:00:00Z', '2026-03-02T16:00:00Z')
const YESTERDAY = point('2026-02-28T16:00:00Z', '2026-03-01T16:00:00Z', 30)
const facts = (more: Partial<Facts> = {}) => ({ key: 'x', unit: { zh: '件', en: 'cases' }, decimals: 0, period: 'day', direction: 'down', ...more }) as Facts

beforeAll(() => {
  addMessages({ './cockpit/messages.ts': { default: messages } })
  setLanguage('zh')
})

describe('periods and changes in words', () => {
  it('says which hour, day, week or month', () => {
    expect(periodShort(TODAY, 'day', NOW)).toBe('今日')
    expect(periodShort(YESTERDAY, 'day', NOW)).toBe('昨日')
    expect(periodShort(point('2026-02-20T16:00:00Z', '2026-02-21T16:00:00Z'), 'day', NOW)).toBe('02-21')
    expect(periodShort(point('2026-03-02T05:00:00Z', '2026-03-02T06:00:00Z'), 'hour', NOW)).toBe('13:00–14:00')
    expect(periodShort(point('2026-03-01T05:00:00Z', '2026-03-01T06:00:00Z'), 'hour', NOW)).toBe('昨日 13:00–14:00')
    expect(periodShort(point('2026-02-22T16:00:00Z', '2026-03-01T16:00:00Z'), 'week', NOW)).toBe('02-23 – 03-01')
    expect(periodShort(point('2026-02-28T16:00:00Z', '2026-03-31T16:00:00Z'), 'month', NOW)).toBe('2026-03')
  })

  it('tells the change, that there is none, or what it was before', () => {
    expect(changeOf(facts(), -6, YESTERDAY, NOW)).toEqual({ arrow: '▼', text: '6 较昨日' })
    expect(changeOf(facts({ decimals: 1 }), 0.02, YESTERDAY, NOW)).toEqual({ arrow: '=', text: '与昨日持平' })
    expect(changeOf(facts(), null, YESTERDAY, NOW)).toEqual({ arrow: '', text: '昨日 30 件' })
    expect(changeOf(facts(), null, null, NOW)).toBeNull()
  })
})

describe('looking back', () => {
  it('goes from the slider to a whole step of the clock and back', () => {
    expect(momentAt(MOST, NOW)).toBeNull()
    expect(momentAt(MOST - 12, NOW)).toBe('2026-03-02T05:05:00.000Z')
    expect(positionOf('2026-03-02T05:05:00.000Z', NOW)).toBe(MOST - 12)
    expect(positionOf(null, NOW)).toBe(MOST)
    expect(positionOf('2020-01-01T00:00:00Z', NOW)).toBe(0)
  })

  it('stays within the days that can be looked at', () => {
    expect(shifted(null, -60, NOW)).toBe('2026-03-02T05:05:00.000Z')
    expect(shifted('2026-03-02T05:30:00Z', 60, NOW)).toBeNull()
    expect(shifted('2026-02-01T00:00:00Z', 0, NOW)).toBe(new Date(NOW - DAYS * 86_400_000).toISOString())
  })
})

describe('the days on the slider', () => {
  it('stand where their midnights are', () => {
    const ticks = midnights(NOW)
    expect(ticks).toHaveLength(DAYS)
    expect(ticks.at(-1)?.day).toBe('03-02')
    for (const { day, part } of ticks) expect(Math.round(part * MOST)).toBe(positionOf(new Date(`2026-${day}T00:00:00+08:00`).toISOString(), NOW))
  })

  it('are all that can be looked at', () => {
    expect(isBeyond('2026-03-02T05:30:00Z', NOW)).toBe(false)
    expect(isBeyond('2026-03-02T06:30:00Z', NOW)).toBe(true)
    expect(isBeyond('2020-01-01T00:00:00Z', NOW)).toBe(true)
  })
})

describe('lines and bands', () => {
  it('draws a small line with its gaps', () => {
    const spark = sparkOf([1, null, 3, 2], 100, 20, 0)
    expect(spark.line).toBe('M0 20M66.7 0L100 10')
    expect(spark.end).toEqual({ x: 100, y: 10 })
    expect(sparkOf([1], 100, 20).line).toBe('')
    expect(sparkOf([5, 5], 100, 20, 0).line).toBe('M0 10L100 10')
  })

  it('makes the flow as thick as its numbers, by the scale of cases', () => {
    const steps: Step[] = [['reported', 400], ['opened', 40], ['accepted', 20], ['closed', 0]].map(([key, count]) => ({ key: String(key), count: Number(count), waits: null, late: null }))
    const { bars, bands } = flowOf(steps, 400, 100)
    expect(bars.map((bar) => bar.height)).toEqual([100, 100, 50, 1])
    expect(bands).toHaveLength(3)
    expect(steps.map((_, place) => through(steps, place))).toEqual([null, null, 50, 0])
  })

  it('orders elements by their place, and on a phone the numbers first', () => {
    const at = (kind: string, column: number, row: number) => ({ key: `${kind}${row}`, kind, at: { column, row, width: 1, height: 1 } }) as SceneElement
    const given = [at('map', 4, 3), at('list', 1, 3), at('number', 5, 1), at('number', 1, 9)]
    expect(inOrder(given).map((one) => one.key)).toEqual(['number1', 'list3', 'map3', 'number9'])
    expect(onPhone(given).map((one) => one.key)).toEqual(['number1', 'number9', 'list3', 'map3'])
  })
})

describe('the axis of a trend', () => {
  const line = (...points: Point[]) => ({ indicator: facts(), points }) as unknown as Parameters<typeof axisOf>[0][number]

  it('shows the periods before a single one, and none after it', () => {
    const start = Date.parse(TODAY.start)
    expect(axisOf([line(TODAY), line(TODAY)])).toEqual({ min: start - 13 * 86_400_000, max: start })
    expect(axisOf([line(YESTERDAY, TODAY)])).toBeNull()
    expect(axisOf([line()])).toBeNull()
  })
})

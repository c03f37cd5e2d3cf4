/** What a chart of readings shows: how finely it asks, where it has gaps, and what its numbers mean. */

export interface Declared {
  type: 'number' | 'integer' | 'boolean' | 'enum'
  title?: { zh: string; en: string }
  unit?: string
  min?: number
  max?: number
  values?: string[]
  period_seconds?: number
}

export interface Point {
  at: number
  value: number | null
  low?: number | null
  high?: number | null
  /** Not 0: a doubtful reading, shown but not joined to the others. */
  quality?: number
  count?: number | null
}

export interface Span {
  from: number
  to: number
}

export interface Limit {
  value: number
  severity: number
  label: string
  /** A colour of its own (a token's name): a line that is wished for, not feared. */
  tone?: string
}

/** What the points are where they are not readings: numbers of whole stretches of time. */
export interface Points {
  said: string
  none: string
  when: (at: number) => string
}

export interface Shade extends Span {
  severity: number
}

const MINUTE = 60
const STEPS: [string, number][] = [
  ['1m', MINUTE], ['5m', 5 * MINUTE], ['10m', 10 * MINUTE], ['15m', 15 * MINUTE], ['30m', 30 * MINUTE], ['1h', 60 * MINUTE],
  ['2h', 120 * MINUTE], ['6h', 360 * MINUTE], ['12h', 720 * MINUTE], ['1d', 1440 * MINUTE], ['7d', 10_080 * MINUTE],
]
const MOST_SINGLE = 800
const MOST_STRETCHES = 420

/** The stretch of time to ask for, or null for single readings: never finer than what is reported, never more than a screen can show. */
export function everyFor(span: Span, period: number | undefined, force = false): string | null {
  const seconds = (span.to - span.from) / 1000
  if (!force && seconds / (period ?? 2 * MINUTE) <= MOST_SINGLE) return null
  const step = STEPS.find(([, length]) => seconds / length <= MOST_STRETCHES && length >= (period ?? 0))
  return (step ?? STEPS[STEPS.length - 1]!)[0]
}

export function secondsOf(every: string | null): number {
  return every ? (STEPS.find(([name]) => name === every)?.[1] ?? 0) : 0
}

/** How an aggregate of each kind of property is taken: a word or a switch has no mean. */
export function aggregateOf(type: Declared['type']): 'mean' | 'max' | 'last' {
  return type === 'enum' ? 'last' : type === 'boolean' ? 'max' : 'mean'
}

/** From which distance two readings do not belong to one line; null where nothing says how often they come. */
export function gapOf(period: number | undefined, every: string | null): number | null {
  const stretch = secondsOf(every)
  if (stretch) return Math.max(2.5 * stretch, 3 * (period ?? 0)) * 1000
  return period ? 3 * period * 1000 : null
}

/** A value of the API as a number on the axis: a switch is 0 or 1, a word its place in the list. */
export function asNumber(value: unknown, declared: Declared): number | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string') {
    const place = (declared.values ?? []).indexOf(value)
    return place < 0 ? null : place
  }
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** The same points with a point without value in every gap, so that no line is drawn over time nobody measured. */
export function splitGaps(points: readonly Point[], gap: number | null): Point[] {
  if (gap === null) return [...points]
  const found: Point[] = []
  for (const [index, point] of points.entries()) {
    const last = points[index - 1]
    if (last && point.at - last.at > gap) found.push({ at: last.at + 1, value: null })
    found.push(point)
  }
  return found
}

/** The lowest and highest value that the axis has to show; limits count where they are not far away. */
export function extentOf(points: readonly Point[], limits: readonly Limit[]): [number, number] | null {
  const values = points.flatMap((point) => [point.value, point.low, point.high]).filter((value): value is number => typeof value === 'number')
  if (!values.length) return null
  let low = Math.min(...values)
  let high = Math.max(...values)
  const room = Math.max(high - low, Math.abs(high) * 0.2, 1e-9)
  for (const limit of limits) {
    if (limit.value > high && limit.value - high <= 2.5 * room) high = limit.value
    if (limit.value < low && low - limit.value <= 2.5 * room) low = limit.value
  }
  const margin = (high - low || Math.abs(high) || 1) * 0.08
  return [low >= 0 && low - margin < 0 ? 0 : low - margin, high + margin]
}

/** The span moved by a part of itself, or drawn together around its middle, never past `now`. */
export function moved(span: Span, by: number, now: number): Span {
  const length = span.to - span.from
  const to = Math.min(span.to + by * length, now)
  return { from: to - length, to }
}

export function scaled(span: Span, factor: number, now: number, shortest = 5 * MINUTE * 1000): Span {
  const length = Math.max((span.to - span.from) * factor, shortest)
  const to = Math.min((span.from + span.to) / 2 + length / 2, now)
  return { from: to - length, to }
}

/** How far a zone is ahead of UTC at a moment, in milliseconds. */
export function offsetOf(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  }).formatToParts(at)
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000
}

export interface Summary {
  count: number
  lowest: Point
  highest: Point
  last: Point
}

/** What a reader without eyes (or in a hurry) wants to know of a line. */
export function summaryOf(points: readonly Point[]): Summary | null {
  const good = points.filter((point) => point.value !== null && !point.quality)
  if (!good.length) return null
  const low = (point: Point) => point.low ?? point.value!
  const high = (point: Point) => point.high ?? point.value!
  return {
    count: good.length,
    lowest: good.reduce((best, point) => (low(point) < low(best) ? point : best)),
    highest: good.reduce((best, point) => (high(point) > high(best) ? point : best)),
    last: good[good.length - 1]!,
  }
}

/** Readings of one property of one thing for a chart: single ones while a screen can show them, else means with their range. */
import { api, ask, type Schemas } from '../api/client'
import { cityNow } from '../platform'
import { aggregateOf, asNumber, everyFor, type Declared, type Point, type Span } from './series'

export interface Line {
  points: Point[]
  every: string | null
  span: Span
}

const MOST = 1500

function point(row: Schemas['TelemetryRow'], declared: Declared): Point {
  return { at: Date.parse(row.at), value: asNumber(row.value, declared), low: row.lowest, high: row.highest, quality: row.quality ?? 0, count: row.count }
}

export async function readLine(thing: string, property: string, declared: Declared, span: Span, signal?: AbortSignal): Promise<Line> {
  const asked = { thing, property, ...spanQuery(span) }
  const every = everyFor(span, declared.period_seconds)
  const line = await readWith(asked, declared, span, every, signal)
  return line ?? (await readWith(asked, declared, span, everyFor(span, declared.period_seconds, true), signal)) ?? { points: [], every, span }
}

/**
 * What the API is asked: a span up to now has no end, because readings of this very moment, or a little ahead of it, belong
 * to it; an end would leave them out.
 */
function spanQuery(span: Span): { from: string; to?: string } {
  const from = new Date(span.from).toISOString()
  return span.to >= cityNow() - 1000 ? { from } : { from, to: new Date(span.to).toISOString() }
}

interface Asked {
  thing: string
  property: string
  from: string
  to?: string
}

/** Null where there are more readings than a screen can show. */
async function readWith(asked: Asked, declared: Declared, span: Span, every: string | null, signal?: AbortSignal): Promise<Line | null> {
  const query = { ...asked, limit: MOST, ...(every ? { every, agg: aggregateOf(declared.type) } : {}) }
  const page = await ask(api.GET('/api/v1/telemetry', { params: { query }, signal }))
  if (page.next && !every) return null
  const points = page.items.map((row) => point(row, declared))
  return { points, every, span: { from: span.from, to: Math.max(span.to, points.at(-1)?.at ?? 0) } }
}

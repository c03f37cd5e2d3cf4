/** Readings of one property of one thing for a chart: single ones while a screen can show them, else means with their range. */
import { api, ask, type Schemas } from '../api/client'
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
  const every = everyFor(span, declared.period_seconds)
  const line = await readWith(thing, property, declared, span, every, signal)
  return line ?? (await readWith(thing, property, declared, span, everyFor(span, declared.period_seconds, true), signal)) ?? { points: [], every, span }
}

/** Null where there are more readings than a screen can show. */
async function readWith(thing: string, property: string, declared: Declared, span: Span, every: string | null, signal?: AbortSignal): Promise<Line | null> {
  const query = { thing, property, from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString(), limit: MOST, ...(every ? { every, agg: aggregateOf(declared.type) } : {}) }
  const page = await ask(api.GET('/api/v1/telemetry', { params: { query }, signal }))
  if (page.next && !every) return null
  return { points: page.items.map((row) => point(row, declared)), every, span }
}

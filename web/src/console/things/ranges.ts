/** The span of time that a thing's chart shows; it lives in the address: `range=24h`, or `from` and `to`. */
import type { Span } from '@/shared/charts/series'

export const RANGES = { '1h': 1, '6h': 6, '24h': 24, '7d': 168, '14d': 336 } as const
export type RangeName = keyof typeof RANGES
export interface Range {
  /** null: a span of its own, which does not move with the clock. */
  name: RangeName | null
  span: Span
}

const HOUR = 3_600_000

const isName = (text: string): text is RangeName => text in RANGES

export function rangeOf(given: { range: string; from: string; to: string }, now: number): Range {
  const [from, to] = [Number(given.from), Number(given.to)]
  if (given.from && given.to && Number.isFinite(from) && Number.isFinite(to) && from < to) return { name: null, span: { from, to } }
  const name = isName(given.range) ? given.range : '24h'
  return { name, span: { from: now - RANGES[name] * HOUR, to: now } }
}

export function queryOfSpan(span: Span): { range: string; from: string; to: string } {
  return { range: '24h', from: String(Math.round(span.from)), to: String(Math.round(span.to)) }
}

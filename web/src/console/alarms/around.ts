/** How much of the time around an alarm its picture shows. */
import type { Span } from '@/shared/charts/series'

interface Lasting {
  start_at: string
  resolved_at: string | null
  kind: string
  after_seconds: number | null
}

const HOUR = 3_600_000

/** As much before it as it lasted, at least an hour and twelve periods, at most three days; a third of that after it. */
export function spanAround(alarm: Lasting, period: number | undefined, now: number): Span {
  const start = Date.parse(alarm.start_at) - (alarm.kind === 'silence' ? (alarm.after_seconds ?? 0) * 1000 : 0)
  const end = alarm.resolved_at ? Date.parse(alarm.resolved_at) : now
  const before = Math.min(Math.max(end - start, HOUR, 12_000 * (period ?? 0)), 72 * HOUR)
  return { from: start - before, to: Math.min(end + before / 3, Math.max(now, end)) }
}

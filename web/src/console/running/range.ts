/** Which stretch of city time is asked for: a preset that moves with the clock, or two moments; both stand in the address. */
import { momentOf } from '@/shared/format'

const HOUR = 3_600_000
export const PRESETS = ['hour', 'today', 'week'] as const
export type Preset = (typeof PRESETS)[number]

export interface Range {
  since?: string
  until?: string
}

const isPreset = (text: unknown): text is Preset => PRESETS.includes(text as Preset)

export function presetOf(query: Record<string, unknown>): Preset | '' {
  return isPreset(query.within) ? query.within : ''
}

/** What the API is asked; `today` is the day that people of the city read, written `2026-03-02 …`. */
export function rangeOf(query: Record<string, unknown>, now: number, today: string): Range {
  const preset = presetOf(query)
  if (preset === 'hour') return { since: new Date(now - HOUR).toISOString() }
  if (preset === 'week') return { since: new Date(now - 7 * 24 * HOUR).toISOString() }
  if (preset === 'today') return of('since', momentOf(`${today.slice(0, 10)} 00:00`))
  return { ...of('since', query.since), ...of('until', query.until) }
}

function of(name: keyof Range, text: unknown): Range {
  return typeof text === 'string' && !Number.isNaN(Date.parse(text)) ? { [name]: new Date(text).toISOString() } : {}
}

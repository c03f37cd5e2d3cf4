import { number } from '@/shared/format'
import { t } from '@/shared/i18n'

export interface Part {
  well: boolean
  vendor?: string
  milliseconds?: number
  free_bytes?: number
  seconds_since_heartbeat?: number
  why?: string
}

/** What GET /health says; `parts` and `lag` only to operators. */
export interface Health {
  status: 'ok' | 'failing'
  city_time?: string
  lag?: Record<string, number>
  parts?: Record<string, Part>
}

/** A part's name in words: "process web" is 进程 web. */
export function nameOf(part: string): string {
  const [kind, name] = part.split(' ')
  return kind === 'process' && name ? t('running.process', { name }) : t(`running.part.${part}`)
}

export function foundOf(part: Part): string {
  if (part.free_bytes !== undefined) return t('running.free', { n: number(part.free_bytes / 2 ** 30, 1) })
  if (part.seconds_since_heartbeat !== undefined) return t('running.beat', { n: number(part.seconds_since_heartbeat, 0) })
  if (part.milliseconds !== undefined) return `${part.vendor ?? ''} · ${t('running.response', { n: number(part.milliseconds, 1) })}`
  return part.why ?? ''
}

/** A period in the unit that reads best. */
export function spanOf(seconds: number): string {
  if (seconds < 1) return t('running.ms', { n: number(seconds * 1000, 0) })
  if (seconds < 120) return t('running.s', { n: number(seconds, 0) })
  if (seconds < 7200) return t('time.minutes', { n: number(seconds / 60, 0) })
  return seconds < 172_800 ? t('time.hours', { n: number(seconds / 3600, 0) }) : t('time.days', { n: number(seconds / 86_400, 0) })
}

/** Looking back: the minutes of the last days on a slider. */
import { dateTime, momentOf } from '@/shared/format'

export const DAYS = 14
const MINUTE = 60_000
export const STEP_MINUTES = 5
export const MOST = (DAYS * 24 * 60) / STEP_MINUTES

/** Where on the slider a moment stands: MOST is now, 0 is the oldest. */
export function positionOf(at: string | null, now: number): number {
  if (!at) return MOST
  const back = Math.round((now - Date.parse(at)) / (STEP_MINUTES * MINUTE))
  return Math.min(MOST, Math.max(0, MOST - back))
}

/** The moment of a place on the slider, on a whole step of the clock; null at its end: now. */
export function momentAt(position: number, now: number): string | null {
  if (position >= MOST) return null
  const step = STEP_MINUTES * MINUTE
  return new Date(Math.floor((now - (MOST - position) * step) / step) * step).toISOString()
}

/** The midnights of the city on the slider: which day begins there, and at which part of the whole (0 the oldest, 1 now). */
export function midnights(now: number): { day: string; part: number }[] {
  const whole = DAYS * 24 * 60 * MINUTE
  return Array.from({ length: DAYS }, (_, index) => dateTime(now - (DAYS - 1 - index) * 24 * 60 * MINUTE).slice(0, 10)).map((day) => ({
    day: day.slice(5),
    part: 1 - (now - Date.parse(momentOf(`${day} 00:00`) ?? '')) / whole,
  }))
}

/** Whether a moment lies beyond the days that can be looked at. */
export function isBeyond(at: string, now: number): boolean {
  const moment = Date.parse(at)
  return moment > now || moment < now - DAYS * 24 * 60 * MINUTE
}

/** Some minutes earlier or later, within the days that can be looked at; null: now. */
export function shifted(at: string | null, minutes: number, now: number): string | null {
  const moment = (at ? Date.parse(at) : now) + minutes * MINUTE
  if (moment >= now) return null
  const oldest = now - DAYS * 24 * 60 * MINUTE
  return new Date(Math.max(oldest, Math.floor(moment / MINUTE) * MINUTE)).toISOString()
}

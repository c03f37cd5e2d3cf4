/** Moments as they are typed into a form: in the time zone of the city, whatever the reader's computer says. */
import { dateTime } from '@/shared/format'

/** The moment that a clock in the city shows as 2026-12-31 08:00. */
export function momentOf(text: string): string | null {
  const guess = /^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(text) ? Date.parse(`${text.replace(' ', 'T')}:00Z`) : Number.NaN
  if (Number.isNaN(guess)) return null
  const offset = Date.parse(`${dateTime(guess).replace(' ', 'T')}:00Z`) - guess
  return new Date(guess - offset).toISOString()
}

/** To the minute, as the field shows it. */
export const textOf = (moment: string | null | undefined): string => dateTime(moment)

import type { Schemas } from '@/shared/api/client'

export type Words = { zh: string; en: string }
export interface Marked {
  kind: 'free' | 'work'
  title: Words
  hours: string[] | null
}
/** What is out of the ordinary in a year, by date (2026-05-01). */
export type Year = Record<string, Marked>
type Arrangement = Pick<Schemas['YearShown'], 'holidays' | 'make_up_days'>

const DAY = 86_400_000
const NOTHING: Words = { zh: '', en: '' }

export function isoOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** Holidays as single days. */
export function yearOf(found: Arrangement): Year {
  const year: Year = {}
  for (const one of found.holidays) {
    for (let at = Date.parse(one.start); at <= Date.parse(one.end); at += DAY) year[isoOf(at)] = { kind: 'free', title: { ...(one.title ?? NOTHING) }, hours: null }
  }
  for (const one of found.make_up_days) year[one.day] = { kind: 'work', title: { ...NOTHING }, hours: one.hours ?? null }
  return year
}

/** Days that follow each other and are called the same become one holiday. */
export function arrangementOf(year: Year): Arrangement {
  const holidays: Schemas['HolidayShown'][] = []
  const days = Object.entries(year).sort(([a], [b]) => a.localeCompare(b))
  for (const [day, one] of days) {
    if (one.kind !== 'free') continue
    const last = holidays.at(-1)
    const follows = last && Date.parse(day) - Date.parse(last.end) === DAY && (last.title?.zh ?? '') === one.title.zh && (last.title?.en ?? '') === one.title.en
    if (follows) last.end = day
    else holidays.push({ start: day, end: day, title: one.title.zh || one.title.en ? one.title : null })
  }
  return { holidays, make_up_days: days.filter(([, one]) => one.kind === 'work').map(([day, one]) => ({ day, hours: one.hours })) }
}

/** A click: a working day becomes free, a free one of the week becomes worked, and what was marked is plain again. */
export function toggled(year: Year, day: string, worksThen: boolean, near: Words = NOTHING): Year {
  const { [day]: was, ...others } = year
  if (was) return others
  return { ...year, [day]: { kind: worksThen ? 'free' : 'work', title: worksThen ? { ...near } : { ...NOTHING }, hours: null } }
}

/** The name of a holiday right before or after a day. */
export function nameNear(year: Year, day: string): Words {
  for (const step of [-DAY, DAY]) {
    const near = year[isoOf(Date.parse(day) + step)]
    if (near?.kind === 'free') return near.title
  }
  return NOTHING
}

export interface Cell {
  day: string
  number: number
  week: number
}

/** The days of a month with their week day (0 is Sunday); weeks begin on Monday. */
export function monthOf(year: number, month: number): { blanks: number; cells: Cell[] } {
  const cells: Cell[] = []
  for (let at = Date.UTC(year, month, 1); new Date(at).getUTCMonth() === month; at += DAY) cells.push({ day: isoOf(at), number: new Date(at).getUTCDate(), week: new Date(at).getUTCDay() })
  return { blanks: ((cells[0]?.week ?? 1) + 6) % 7, cells }
}

export const WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

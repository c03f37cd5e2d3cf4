/** Numbers of the city and their periods as people read them. */
import type { Schemas } from '../api/client'
import { date, dateTime, number } from '../format'
import { addMessages, i18n, t, titleOf, type Title } from '../i18n'
import messages from './messages'

addMessages({ 'indicators/messages.ts': { default: messages } })

export type Value = Schemas['ValueShown']
const HOUR = 3_600_000

interface Measure {
  decimals: number
  unit: Record<string, string>
}

/** 93.4 %, 61 件; a dash where nothing was counted. */
export function valueText(value: number | null | undefined, of: Measure): string {
  if (value === null || value === undefined) return '—'
  const unit = titleOf(of.unit as Title)
  return `${number(value, of.decimals)}${unit ? ` ${unit}` : ''}`
}

/** The stretch of time that a number stands for: an hour with its end, a day, a week from day to day, a month. */
export function periodText(value: { start: string; end: string }): string {
  const length = Date.parse(value.end) - Date.parse(value.start)
  if (length <= HOUR) return `${dateTime(value.start)}–${dateTime(value.end).slice(11)}`
  if (length <= 25 * HOUR) return date(value.start)
  if (length > 27 * 24 * HOUR) return date(value.start).slice(0, 7)
  return `${date(value.start)} – ${date(Date.parse(value.end) - 1)}`
}

/** The name of a column of rows; a pack may bring columns that nobody named. */
export function columnText(name: string): string {
  return i18n.global.te(`indicators.columns.${name}`) ? t(`indicators.columns.${name}`) : name
}

/** What a cell of a row says: moments in city time, numbers as numbers, codes by their names where those are known. */
export function cellText(value: unknown, names: Record<string, Record<string, string>> = {}): string {
  if (value === null || value === undefined) return '—'
  if (typeof value === 'number') return number(value)
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (names[text]) return titleOf(names[text] as Title)
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/.test(text) ? dateTime(text, true) : text
}

const PAGES: Record<string, (code: string) => string> = {
  case: (code) => `/cases/${code}`,
  alarm: (code) => `/alarms/${code}`,
  thing: (code) => `/things/${code}`,
}

export interface Subject {
  kind: string
  code: string
  /** Below /console; null where such an object has no page of its own. */
  page: string | null
}

/** What a row is about: `case/AJ2026…` is a kind and a code. */
export function subjectOf(text: unknown): Subject {
  const [kind = '', ...rest] = String(text ?? '').split('/')
  const code = rest.join('/')
  return { kind, code, page: PAGES[kind]?.(encodeURIComponent(code)) ?? null }
}

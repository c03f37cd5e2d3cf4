/** Dates, spans and numbers as people of the city read them. */
import { language, t } from './i18n'
import { timeZone } from './platform'

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = language() === 'zh' ? 'zh-CN' : 'en-GB'
  const key = `${locale}|${timeZone.value}|${JSON.stringify(options)}`
  let found = formatters.get(key)
  if (!found) formatters.set(key, (found = new Intl.DateTimeFormat(locale, { timeZone: timeZone.value, hourCycle: 'h23', ...options })))
  return found
}

type When = string | number | Date | null | undefined
const asDate = (when: When) => (when === null || when === undefined || when === '' ? null : new Date(when))

/** 2026-11-25 19:13 (with seconds when asked for). */
export function dateTime(when: When, seconds = false): string {
  const date = asDate(when)
  if (!date) return ''
  const parts = Object.fromEntries(
    formatter({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
      .formatToParts(date)
      .map((part) => [part.type, part.value]),
  )
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}${seconds ? `:${parts.second}` : ''}`
}

/** 19:13 today, 11-24 19:13 this year, else the whole date. */
export function shortTime(when: When, now: number): string {
  const date = asDate(when)
  if (!date) return ''
  const text = dateTime(date)
  const today = dateTime(now)
  if (text.slice(0, 10) === today.slice(0, 10)) return text.slice(11)
  return text.slice(0, 4) === today.slice(0, 4) ? text.slice(5) : text
}

export function date(when: When): string {
  return dateTime(when).slice(0, 10)
}

/** A length of time in two units at most: 2 天 3 小时. */
export function span(milliseconds: number): string {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000)
  if (minutes < 1) return t('time.seconds', { n: Math.floor(Math.abs(milliseconds) / 1000) })
  if (minutes < 60) return t('time.minutes', { n: minutes })
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 ? t('time.hoursMinutes', { h: hours, m: minutes % 60 }) : t('time.hours', { n: hours })
  const days = Math.floor(hours / 24)
  return hours % 24 && days < 10 ? t('time.daysHours', { d: days, h: hours % 24 }) : t('time.days', { n: days })
}

/** 3 分钟前, 2 小时后. */
export function age(when: When, now: number): string {
  const date = asDate(when)
  if (!date) return ''
  const passed = now - date.getTime()
  if (Math.abs(passed) < 10_000) return t('time.now')
  return t(passed > 0 ? 'time.ago' : 'time.in', { span: span(passed) })
}

/** What is left until a due time, or by how much it is over. */
export function left(due: When, now: number): string {
  const date = asDate(due)
  if (!date) return t('time.none')
  const rest = date.getTime() - now
  return t(rest >= 0 ? 'time.left' : 'time.over', { span: span(rest) })
}

export function number(value: number | null | undefined, digits?: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '—'
  const options = digits === undefined ? { maximumFractionDigits: 2 } : { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return new Intl.NumberFormat(language() === 'zh' ? 'zh-CN' : 'en-GB', options).format(value)
}

/** A count that the API capped: "1,000+" where there are more. */
export function about(count: { count: number; is_more: boolean } | null | undefined): string {
  if (!count) return '—'
  return count.is_more ? t('common.aboutMore', { n: number(count.count) }) : number(count.count)
}

/** The moment that a clock in the city shows as `2026-12-31 08:00[:00]`, whatever the reader's computer says; null for what is no time. */
export function momentOf(text: string): string | null {
  const guess = /^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?$/.test(text) ? Date.parse(`${text.replace(' ', 'T')}Z`) : Number.NaN
  if (Number.isNaN(guess)) return null
  const offset = Date.parse(`${dateTime(guess, true).replace(' ', 'T')}Z`) - guess
  return new Date(guess - offset).toISOString()
}

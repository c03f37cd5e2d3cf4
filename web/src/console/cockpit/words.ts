/** Periods, changes and moments as the cockpit says them. */
import { date, dateTime, number } from '@/shared/format'
import { t, titleOf, type Title } from '@/shared/i18n'
import type { Facts, Point } from './scene'

const DAY = 86_400_000

/** 今日, 昨日, 11-24, 13:00–14:00: the stretch of time of a number, short. */
export function periodShort(point: Pick<Point, 'start' | 'end'>, period: string, now: number): string {
  const day = date(point.start)
  const word = day === date(now) ? t('cockpit.period.today') : day === date(now - DAY) ? t('cockpit.period.yesterday') : day.slice(5)
  if (period === 'hour') {
    const hours = `${dateTime(point.start).slice(11)}–${dateTime(point.end).slice(11)}`
    return day === date(now) ? hours : `${word} ${hours}`
  }
  if (period === 'day') return word
  if (period === 'week') return `${day.slice(5)} – ${date(Date.parse(point.end) - 1).slice(5)}`
  return day.slice(0, 7)
}

/** A number without its unit; a dash where nothing was counted. */
export function spell(value: number | null | undefined, facts: Pick<Facts, 'decimals'>): string {
  return value === null || value === undefined ? '—' : number(value, facts.decimals)
}

export interface Change {
  arrow: '▲' | '▼' | '=' | ''
  text: string
}

/** Against the period before: ▲ 13.4 较昨日; where the two do not compare, what it was. */
export function changeOf(facts: Facts, delta: number | null, previous: Point | null, now: number): Change | null {
  if (!previous) return null
  const period = periodShort(previous, facts.period, now)
  if (delta === null) {
    if (previous.value === null) return null
    return { arrow: '', text: t('cockpit.before', { period, value: `${spell(previous.value, facts)} ${titleOf(facts.unit as Title)}` }) }
  }
  const size = Math.abs(delta)
  if (size < 0.5 * 10 ** -facts.decimals) return { arrow: '=', text: t('cockpit.same', { period }) }
  return { arrow: delta > 0 ? '▲' : '▼', text: `${spell(size, facts)} ${t('cockpit.against', { period })}` }
}

/** The title of an element, or of its indicator, or the usual words of its kind. */
export function titleFor(element: { title: Title | null; kind: string; indicator?: Facts | null; of?: string }): string {
  if (element.title) return titleOf(element.title)
  if (element.indicator) return titleOf(element.indicator.title as Title)
  return element.kind === 'list' ? t(`cockpit.kinds.list.${element.of}`) : t(`cockpit.kinds.${element.kind}`)
}

/** What the pages of indicators read off their values: the change, the lines of a chart, the points. */
import type { Schemas } from '@/shared/api/client'
import type { Limit, Point, Span } from '@/shared/charts/series'
import { number } from '@/shared/format'
import { t } from '@/shared/i18n'
import { periodText, valueText } from '@/shared/indicators/words'

export type Indicator = Schemas['IndicatorShown']
export const THEMES = ['overall', 'urban', 'traffic', 'environment', 'safety', 'livelihood', 'sensing'] as const
export type Dimension = 'region' | 'organisation'

export interface Change {
  text: string
  against: string
  /** Whether it went the way it should; null where neither way is better. */
  isBetter: boolean | null
}

/** Whether this number is computed for the kind of place that was asked for. */
export const isComputed = (one: Indicator) => one.dimension !== 'organisation' || one.by_organisation

export const newest = (one: Indicator) => one.values.at(-1) ?? null

/** The newest value against the period before it. */
export function changeOf(one: Indicator): Change | null {
  const [before, now] = one.values.slice(-2)
  if (!before || !now || before.value === null || now.value === null) return null
  const digits = 10 ** one.decimals
  const by = Math.round((now.value - before.value) * digits) / digits
  const against = t('indicators.against', { period: periodText(before) })
  if (by === 0) return { text: t('indicators.same'), against, isBetter: null }
  return { text: `${by > 0 ? '↑' : '↓'} ${number(Math.abs(by), one.decimals)}`, against, isBetter: one.direction === 'none' ? null : by > 0 === (one.direction === 'up') }
}

/** The lines across the chart: thresholds and the target. */
export function linesOf(one: Indicator): Limit[] {
  const line = (value: number | null, severity: number, name: string, tone?: string): Limit[] =>
    value === null ? [] : [{ value, severity, label: `${t(`indicators.${name}`)} ${valueText(value, one)}`, ...(tone ? { tone } : {}) }]
  return [...line(one.warn, 3, 'warn'), ...line(one.alarm, 1, 'alarm'), ...line(one.target, 4, 'targetLine', 'well')]
}

export function pointsOf(one: Indicator): Point[] {
  return one.values.map((value) => ({ at: Date.parse(value.start), value: value.value }))
}

/** From the first period to the end of the last. */
export function spanOf(one: Indicator): Span | null {
  const [first, last] = [one.values[0], one.values.at(-1)]
  return first && last ? { from: Date.parse(first.start), to: Math.max(Date.parse(last.start), Date.parse(first.end)) } : null
}

/** The query of a place for the API and for addresses: what is not chosen is left out. */
export function placeQuery(dimension: string, code: string): { dimension?: Dimension; code?: string } {
  if (dimension === 'organisation') return { dimension, ...(code ? { code } : {}) }
  return dimension === 'region' || code ? { dimension: 'region', ...(code ? { code } : {}) } : {}
}

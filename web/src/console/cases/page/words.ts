/** Sentences made of data: why a step is blocked, why an organisation has the case, why a report belongs to it. */
import { number, span } from '@/shared/format'
import { t } from '@/shared/i18n'
import { nameOf } from '../../parts/sources'
import type { Unmet } from './steps'

const has = (key: string): boolean => t(key) !== key
const words = (key: string, otherwise: string): string => (has(key) ? t(key) : otherwise)

function plain(value: unknown): string {
  if (value === null || value === undefined || value === '') return t('common.none')
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  if (typeof value === 'number') return number(value)
  return Array.isArray(value) ? value.map(plain).join('、') : String(value)
}

export function unmetWords(one: Unmet): string {
  const field = words(`casepage.guard.${one.field}`, one.field)
  return t('casepage.blockedBecause', { field, is: words(`casepage.is.${one.is}`, one.is), value: plain(one.value), actual: plain(one.actual) })
}

type Why = Record<string, unknown>

/** Why an organisation has a task. */
export function whyWords(why: Why, isShort = false): string {
  if (why.rule !== 'list') return words(`casepage.why.${String(why.rule ?? 'person')}`, String(why.rule ?? ''))
  const type = nameOf('caseType', String(why.case_type ?? ''))
  const region = why.region === '*' || !why.region ? t('casepage.why.everywhere') : nameOf('region', String(why.region))
  const line = t('casepage.why.line', { type, region })
  if (isShort) return line
  const by = words(`casepage.why.by_${String(why.decided_by ?? '')}`, '')
  return [line, by, String(why.note ?? '')].filter(Boolean).join(t('common.between'))
}

/** Why a report was put to this case. */
export function mergeWords(why: Why): string[] {
  const found: string[] = []
  if (why.rule) found.push(words(`casepage.merge.${String(why.rule)}`, String(why.rule)))
  if (typeof why.distance_m === 'number') found.push(t('casepage.merge.distance', { n: number(why.distance_m, 0) }))
  if (typeof why.hours === 'number') found.push(t('casepage.merge.apart', { span: span(why.hours * 3_600_000) }))
  if (typeof why.similarity === 'number') found.push(t('casepage.merge.similarity', { n: number(why.similarity * 100, 0) }))
  if (typeof why.score === 'number') found.push(t('casepage.merge.score', { n: number(why.score * 100, 0) }))
  if (why.by) found.push(t('casepage.merge.by', { name: String(why.by) }))
  return found
}

/** Metres as people say them. */
export function distance(metres: number): string {
  return metres < 1000 ? t('casepage.metres', { n: number(metres, 0) }) : t('casepage.kilometres', { n: number(metres / 1000, 1) })
}

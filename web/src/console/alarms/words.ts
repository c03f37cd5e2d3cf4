/** Alarms and rules in plain words. */
import { number, span } from '@/shared/format'
import { language, t, titleOf, type Title } from '@/shared/i18n'
import type { Declared } from '@/shared/charts/series'
import { unitText } from '@/shared/charts/units'

interface Judged {
  kind: string
  op: string
  raise_at: number | null
  after_seconds: number | null
  value: number | null
  unit: string
  property_type: string
  property_title: { [key: string]: string }
}

/** A number with its unit; what has no dimension has none. */
export function measured(value: number | null | undefined, unit: string | undefined): string {
  const text = number(value)
  const shown = unitText(unit)
  if (!shown || text === '—') return text
  return shown === '%' || shown === '°' ? `${text}${shown}` : `${text} ${shown}`
}

/** A value as its property means it: a switch is yes or no. */
export function spelled(value: number | null | undefined, type: string, unit: string | undefined): string {
  if (value === null || value === undefined) return '—'
  return type === 'boolean' ? t(value ? 'common.yes' : 'common.no') : measured(value, unit)
}

/** What was wrong, against what: `27.8 cm，达到 27 cm`, `1 小时没有上报`. */
export function alarmWords(alarm: Judged): string {
  if (alarm.kind === 'silence') return t('alarms.words.silent', { span: span((alarm.after_seconds ?? 0) * 1000) })
  const property = titleOf(alarm.property_title as Title)
  if (alarm.property_type === 'boolean') return t('alarms.words.switch', { property, value: spelled(alarm.value, 'boolean', '') })
  const limit = measured(alarm.raise_at, alarm.unit)
  return t('alarms.words.value', { property, value: measured(alarm.value, alarm.unit), against: t(`alarms.op.${alarm.op}`, { limit }) })
}

interface Rule {
  kind: string
  op: string
  raise_at: number | null
  clear_at: number | null
  for_seconds: number
  clear_for_seconds: number
  after_seconds: number | null
  fold_within_seconds: number
  property: string
}

const OPPOSITE: Record<string, string> = { gt: 'le', ge: 'lt', lt: 'ge', le: 'gt' }
const join = (parts: string[]) => parts.filter(Boolean).join(language() === 'zh' ? '' : ' ')
/** Chinese words stand beside each other without a space, a Latin name needs one. */
const beside = (name: string, words: string) => (language() === 'zh' && !/[\x21-\x7e]$/.test(name) ? `${name}${words}` : `${name} ${words}`)
const lasting = (seconds: number) => (seconds ? t('alarms.words.for', { span: span(seconds * 1000) }) : '')

function endWords(rule: Rule, declared: Declared | undefined): string {
  if (declared?.type === 'boolean') return t('alarms.words.endsSwitch', { value: spelled(rule.op.startsWith('g') ? 0 : 1, 'boolean', '') })
  const against = t(`alarms.op.${rule.clear_at === rule.raise_at ? OPPOSITE[rule.op] : rule.op.startsWith('g') ? 'le' : 'ge'}`, { limit: measured(rule.clear_at, declared?.unit) })
  return t('alarms.words.ends', { against, lasting: lasting(rule.clear_for_seconds) })
}

/** What a rule says: when it is an alarm, when it ends, and what happens when it comes back soon. */
export function ruleWords(rule: Rule, declared: Declared | undefined): string {
  const property = titleOf(declared?.title) || rule.property
  const folds = rule.fold_within_seconds ? t('alarms.words.folds', { span: span(rule.fold_within_seconds * 1000) }) : ''
  if (rule.kind === 'silence') return join([t('alarms.words.silence', { property, span: span((rule.after_seconds ?? 0) * 1000) }), folds])
  const limit = measured(rule.raise_at, declared?.unit)
  const raised =
    declared?.type === 'boolean'
      ? t('alarms.words.raisesSwitch', { property, value: spelled(rule.op.startsWith('g') ? 1 : 0, 'boolean', ''), lasting: lasting(rule.for_seconds) })
      : t('alarms.words.raises', { what: beside(property, t(`alarms.op.${rule.op}`, { limit })), lasting: lasting(rule.for_seconds) })
  return join([raised, endWords(rule, declared), folds])
}

/** The lines that rules draw across a chart. */
import type { Declared, Limit } from '@/shared/charts/series'
import { t } from '@/shared/i18n'
import { measured } from './words'
import type { Rule } from './rules'

/** One for each threshold, worst last; a switch has no threshold worth a line. */
export function limitsOf(rules: readonly Rule[], declared: Declared): Limit[] {
  if (declared.type === 'boolean' || declared.type === 'enum') return []
  return rules
    .filter((rule) => rule.kind === 'threshold' && rule.raise_at !== null)
    .map((rule) => ({ value: rule.raise_at!, severity: rule.severity, label: `${t(`severity.short${rule.severity}`)} ${t(`alarms.op.${rule.op}`, { limit: measured(rule.raise_at, declared.unit) })}` }))
    .sort((one, other) => other.severity - one.severity)
}

/** Which rules of a model watch a property of one thing. */
export function rulesOf(rules: readonly Rule[], thing: string, property: string): Rule[] {
  return rules.filter((rule) => rule.enabled && rule.property === property && (!rule.things.length || rule.things.includes(thing)))
}

/** Why a report may belong to a case, in words. */
import { number } from '@/shared/format'
import { t } from '@/shared/i18n'

/** Where it comes from: its kind, and of other systems which one and the number that it has there. */
export function sourceWords(one: { kind: string; source: string; source_id: string }): string {
  const kind = t(`signals.kinds.${one.kind}`)
  return ['alarm', 'app'].includes(one.kind) ? kind : [kind, one.source, one.source_id].join(' · ')
}

export interface Reason {
  merge?: boolean | undefined
  rule?: string | undefined
  distance_m?: number | null | undefined
  hours?: number | null | undefined
  similarity?: number | null | undefined
  why_not?: string | undefined
}

const has = (key: string): boolean => t(key) !== key

export function reasonWords(why: Reason): string[] {
  const words: string[] = []
  if (why.rule && why.rule !== 'none' && has(`signals.rule.${why.rule}`)) words.push(t(`signals.rule.${why.rule}`))
  if (typeof why.distance_m === 'number') words.push(t('signals.metres', { n: number(why.distance_m, 0) }))
  if (typeof why.hours === 'number') words.push(t('signals.hours', { n: number(why.hours, why.hours < 10 ? 1 : 0) }))
  if (typeof why.similarity === 'number') words.push(t('signals.alike', { n: number(why.similarity * 100, 0) }))
  if (why.why_not && has(`signals.whyNot.${why.why_not}`)) words.push(t(`signals.whyNot.${why.why_not}`))
  return words
}

/** Kinds of organisation: a word where there is one, else what the roster says. */
import { i18n, t } from '@/shared/i18n'

export const KINDS = ['government', 'department', 'office', 'centre', 'station', 'company', 'community', 'team'] as const

export function kindWord(kind: string): string {
  const key = `organisations.kinds.${kind}`
  return i18n.global.te(key) ? t(key) : kind
}

import { number } from '@/shared/format'
import { t } from '@/shared/i18n'

/** A period in the unit that reads best. */
export function spanOf(seconds: number): string {
  if (seconds < 1) return t('running.ms', { n: number(seconds * 1000, 0) })
  if (seconds < 120) return t('running.s', { n: number(seconds, 0) })
  if (seconds < 7200) return t('time.minutes', { n: number(seconds / 60, 0) })
  return seconds < 172_800 ? t('time.hours', { n: number(seconds / 3600, 0) }) : t('time.days', { n: number(seconds / 86_400, 0) })
}

import { number } from '@/shared/format'
import { t } from '@/shared/i18n'

/** How far away it is, as people say it: beyond a kilometre the metres say nothing. */
export function far(metres: number): string {
  return metres < 1000 ? t('parts.metres', { n: metres }) : t('parts.kilometres', { n: number(Math.round(metres / (metres < 2000 ? 100 : 1000)) / (metres < 2000 ? 10 : 1)) })
}

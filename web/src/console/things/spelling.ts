/** Values of things as people read them. */
import { measured } from '@/console/alarms/words'
import { t } from '@/shared/i18n'

export function spellValue(value: unknown, unit: string | undefined): string {
  if (value === null || value === undefined) return '—'
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no')
  if (typeof value === 'number') return measured(value, unit)
  return String(value)
}

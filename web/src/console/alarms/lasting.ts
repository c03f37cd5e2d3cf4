/** For how long an alarm has lasted, or lasted; nothing where it never became one or is none any more. */
import { span } from '@/shared/format'
import { t } from '@/shared/i18n'

interface Lasting {
  state: string
  start_at: string
  resolved_at: string | null
}

export function lastingWords(alarm: Lasting, now: number): string {
  const begun = Date.parse(alarm.start_at)
  if (alarm.resolved_at && alarm.state === 'resolved') return t('alarms.lasted', { span: span(Date.parse(alarm.resolved_at) - begun) })
  return ['firing', 'pending'].includes(alarm.state) ? t('alarms.lasting', { span: span(now - begun) }) : ''
}

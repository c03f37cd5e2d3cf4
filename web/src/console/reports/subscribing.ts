/** Being told when a report of a place is made. */
import { api, ask, type Schemas } from '@/shared/api/client'
import { t } from '@/shared/i18n'
import { useAction, useLoad } from '@/shared/load'
import { ElMessage } from 'element-plus'

type Of = Pick<Schemas['ReportSubscriptionShown'], 'key' | 'dimension' | 'code'>

/** The reader's own subscriptions, whether one is among them, and the switch. */
export function useSubscriptions() {
  const mine = useLoad((signal) => ask(api.GET('/api/v1/reports/subscriptions', { signal })))
  const has = (of: Of) => (mine.data.value ?? []).some((one) => one.key === of.key && one.dimension === of.dimension && one.code === of.code)
  const turn = useAction(async ({ key, dimension, code }: Of) => {
    const of = { key, dimension, code }
    if (has(of)) await ask(api.DELETE('/api/v1/reports/subscriptions', { params: { query: of } }))
    else await ask(api.PUT('/api/v1/reports/subscriptions', { body: of }))
    await mine.refresh()
    ElMessage.success(t(has(of) ? 'reports.subscribed' : 'reports.unsubscribed'))
  })
  return { mine, has, turn }
}

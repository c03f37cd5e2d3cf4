/** One alarm with its rule, kept up to date. */
import { api, ask } from '@/shared/api/client'
import { useLive } from '@/shared/live'
import { useLoad } from '@/shared/load'
import { may } from '@/shared/session'
import { computed, ref, type MaybeRefOrGetter, toValue } from 'vue'

export function useAlarm(id: MaybeRefOrGetter<string>) {
  const alarm = useLoad((signal) => ask(api.GET('/api/v1/alarms/{alarm_id}', { params: { path: { alarm_id: toValue(id) } }, signal })), () => toValue(id))
  const rule = useLoad(
    async (signal) => (alarm.data.value ? await ask(api.GET('/api/v1/alarms/rules/{key}', { params: { path: { key: alarm.data.value.rule } }, signal })) : null),
    () => alarm.data.value?.rule,
  )
  const isAcking = ref(false)
  const mayAck = computed(() => may('alarm.acknowledge') && Boolean(alarm.data.value) && !alarm.data.value?.acknowledged_at)
  useLive(['alarm'], (events) => {
    if (!events.length || events.some((event) => event.subject.includes(toValue(id)))) void alarm.refresh()
  })
  return { alarm, rule, isAcking, mayAck }
}

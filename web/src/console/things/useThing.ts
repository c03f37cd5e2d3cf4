/** One thing with its newest readings, asked for every few seconds while somebody looks: readings are not on the stream. */
import { useWhileVisible } from '@/console/parts/listing'
import { api, ask } from '@/shared/api/client'
import type { Declared } from '@/shared/charts/series'
import { useLive } from '@/shared/live'
import { useLoad } from '@/shared/load'
import { may } from '@/shared/session'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'

export const EVERY_SECONDS = 5

export function useThing(code: MaybeRefOrGetter<string>) {
  const path = () => ({ params: { path: { code: toValue(code) } } })
  const thing = useLoad((signal) => ask(api.GET('/api/v1/things/{code}', { ...path(), signal })), () => toValue(code))
  const latest = useLoad((signal) => (may('telemetry.read') ? ask(api.GET('/api/v1/things/{code}/latest', { ...path(), signal })) : Promise.resolve([])), () => toValue(code))
  const firing = useLoad(
    async (signal) => (may('alarm.read') ? (await ask(api.GET('/api/v1/alarms', { params: { query: { thing: toValue(code), order: 'firing', limit: 12 } }, signal }))).items : []),
    () => toValue(code),
  )
  useWhileVisible(EVERY_SECONDS, () => !latest.loading.value && void latest.refresh())
  useLive(['thing'], (events) => (!events.length || events.some((event) => event.subject === `thing/${toValue(code)}`)) && void thing.refresh())
  useLive(['alarm'], () => void firing.refresh())

  const properties = computed(() => (thing.data.value?.properties ?? {}) as Record<string, Declared>)
  const contact = computed(() => {
    const rows = latest.data.value ?? []
    return rows.some((row) => row.online) ? 'online' : rows.some((row) => row.at) ? 'silent' : 'never'
  })
  const lastAt = computed(() => (latest.data.value ?? []).reduce<string | null>((last, row) => (row.at && (!last || Date.parse(row.at) > Date.parse(last)) ? row.at : last), null))
  /** What a reader wants to see first: what fires, else what came last, else the first. */
  const usual = computed(() => firing.data.value?.find((alarm) => alarm.state === 'firing')?.property ?? latest.data.value?.find((row) => row.at)?.property ?? Object.keys(properties.value)[0] ?? '')
  return { thing, latest, firing, properties, contact, lastAt, usual }
}

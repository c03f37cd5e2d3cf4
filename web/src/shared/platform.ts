/** The city and its clock: every page counts in city time, which may run faster than the wall's, or stand still. */
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { api, ask, type Schemas } from './api/client'

export type Platform = Schemas['PlatformFacts']

export const platform = shallowRef<Platform | null>(null)
const tick = ref(0)
let askedAt = 0
let timer = 0
let watchers = 0

export async function loadPlatform(): Promise<Platform> {
  const before = performance.now()
  const facts = await ask(api.GET('/api/v1/platform'))
  askedAt = (before + performance.now()) / 2
  platform.value = facts
  return facts
}

/** City time now, in milliseconds since 1970. */
export function cityNow(): number {
  const facts = platform.value
  if (!facts) return Date.now()
  return Date.parse(facts.now) + (performance.now() - askedAt) * facts.speed
}

export const timeZone = computed(() => platform.value?.city?.time_zone ?? 'Asia/Shanghai')
export const isSimulated = computed(() => platform.value?.city?.is_simulated ?? false)

/** City time that ticks once a second while somebody looks. */
export function useCityTime() {
  watchers += 1
  if (watchers === 1) timer = window.setInterval(() => (tick.value += 1), 1000)
  onScopeDispose(() => {
    watchers -= 1
    if (watchers === 0) window.clearInterval(timer)
  })
  return computed(() => {
    void tick.value
    return cityNow()
  })
}

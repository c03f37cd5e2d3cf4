/** What the cockpit shows, kept in its address: scene, place, moment, and the number that is opened. */
import { api, ask } from '@/shared/api/client'
import { useLive } from '@/shared/live'
import { useLoad } from '@/shared/load'
import { computed, onScopeDispose, provide, inject, type InjectionKey } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import type { Opened } from './scene'

const REST_MS = 15_000
const EVERY_MS = 60_000
const FAMILIES = ['case', 'alarm', 'clock', 'indicator', 'number']

export function useCockpit() {
  const route = useRoute()
  const router = useRouter()
  const text = (name: string) => (typeof route.query[name] === 'string' ? (route.query[name] as string) : '')
  const put = (change: LocationQueryRaw) => void router.replace({ query: { ...route.query, ...change } })

  const scenes = useLoad((signal) => ask(api.GET('/api/v1/cockpit/scenes', { signal })))
  const key = computed(() => String(route.params.scene ?? '') || scenes.data.value?.[0]?.key || '')
  const place = computed(() => ({ dimension: text('dimension') === 'organisation' ? ('organisation' as const) : ('region' as const), code: text('code') }))
  const at = computed<string | null>({
    get: () => (text('at') && !Number.isNaN(Date.parse(text('at'))) ? new Date(text('at')).toISOString() : null),
    set: (moment) => put({ at: moment ?? undefined }),
  })
  const opened = computed<Opened | null>({
    get: (): Opened | null => (text('n') ? { indicator: text('n'), dimension: text('nd') === 'organisation' ? 'organisation' : 'region', code: text('nc'), start: text('ns') || undefined } : null),
    set: (one: Opened | null) => put({ n: one?.indicator, nd: one?.dimension, nc: one?.code, ns: one?.start, f: undefined }),
  })
  const step = computed<string>({ get: () => text('f'), set: (one) => put({ f: one || undefined, n: undefined, nd: undefined, nc: undefined, ns: undefined }) })

  const scene = useLoad(
    async (signal) => {
      if (!key.value) return null
      const query = { ...(place.value.code ? place.value : {}), ...(at.value ? { known_at: at.value } : {}) }
      return ask(api.GET('/api/v1/cockpit/scenes/{key}', { params: { path: { key: key.value }, query }, signal }))
    },
    () => [key.value, place.value.code, place.value.dimension, at.value],
  )

  let last = performance.now()
  let timer = 0
  const renew = () => {
    timer = 0
    last = performance.now()
    void scene.refresh()
  }
  /** What happens comes in bursts, and the lake takes it in every few seconds. */
  const soon = () => {
    if (!at.value && !timer && !document.hidden) timer = window.setTimeout(renew, Math.max(2000, last + REST_MS - performance.now()))
  }
  useLive(FAMILIES, soon)
  const clock = window.setInterval(() => !at.value && !document.hidden && performance.now() - last > EVERY_MS - 1000 && renew(), EVERY_MS)
  onScopeDispose(() => {
    window.clearTimeout(timer)
    window.clearInterval(clock)
  })

  const go = (wanted: string) => void router.replace({ name: 'cockpit', params: { scene: wanted }, query: { ...route.query, n: undefined, nd: undefined, nc: undefined, ns: undefined, f: undefined } })
  const goTo = (code: string) => put({ code: code || undefined, dimension: undefined, n: undefined, nd: undefined, nc: undefined, ns: undefined, f: undefined })
  return { scenes, scene, key, place, at, opened, step, go, goTo }
}

export type Cockpit = ReturnType<typeof useCockpit>
const KEY: InjectionKey<Cockpit> = Symbol('cockpit')

export const provideCockpit = (cockpit: Cockpit) => provide(KEY, cockpit)

export function useThisCockpit(): Cockpit {
  const found = inject(KEY)
  if (!found) throw new Error('outside of the cockpit')
  return found
}

/** The case that a page shows: loaded with its timeline, kept fresh by live events, and what the viewer does to it. */
import { api, ask, type Problem } from '@/shared/api/client'
import { useLive } from '@/shared/live'
import { useLoad } from '@/shared/load'
import { cityNow, platform } from '@/shared/platform'
import { may } from '@/shared/session'
import { computed, inject, onScopeDispose, provide, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { nextTurn } from './clocks'
import { takeEarly } from './early'
import type { Chain } from '../../trace/chain'
import type { Case } from './steps'
import type { Entry } from './changes'

const FAMILIES = ['case', 'clock', 'signal', 'file', 'alarm']
const BEFORE_DUE = 1500

export function useCasePage(number: string) {
  const params = { params: { path: { number } } }
  const early = takeEarly(number)
  const first = { case: early?.case, entries: early?.entries }
  /** What was asked for before the page stood is taken once; it is seconds old at most, and live events follow. */
  async function once<K extends 'case' | 'entries'>(what: K) {
    const asked = first[what]
    first[what] = undefined
    return asked
  }
  const loaded = useLoad(async () => (await once('case')) ?? (await ask(api.GET('/api/v1/cases/{number}', params))))
  const told = useLoad(async () => (await once('entries')) ?? (await ask(api.GET('/api/v1/cases/{number}/timeline', params))))
  /** Alarms of its device that fire now and ask for a case of its kind: what it was opened for is not over. */
  const firing = useLoad(async (signal) => {
    const one = loaded.data.value
    if (!one?.thing || !may('alarm.read')) return []
    const found = await ask(api.GET('/api/v1/alarms', { params: { query: { thing: one.thing, state: 'firing', limit: 20 } }, signal }))
    return found.items.filter((alarm) => alarm.case_type === one.case_type)
  }, () => loaded.data.value?.thing)
  const chain = shallowRef<Chain | null>(null)
  const version = ref(0)
  let timer = 0

  const it = computed<Case | null>(() => loaded.data.value)
  const entries = computed<Entry[]>(() => told.data.value ?? [])

  async function refresh(): Promise<void> {
    version.value += 1
    await Promise.all([loaded.refresh(), told.refresh(), firing.refresh()])
  }

  /** What a step or note answered is shown at once; the rest follows. */
  function take(answer: Case): void {
    loaded.data.value = answer
    version.value += 1
    void told.refresh()
  }

  useLive(FAMILIES, (events) => {
    const thing = it.value?.thing
    if (thing && events.some((event) => event.subject.startsWith('alarm/') && event.data.thing === thing)) void firing.refresh()
    const mine = events.length === 0 || events.some((event) => event.subject === `case/${number}` || event.data.case_number === number || event.data.case === number)
    if (mine) void refresh()
  })

  // A calendar that opens or closes, and a case that becomes overdue, are told by nobody: the page asks by itself.
  watch(it, (now) => {
    window.clearTimeout(timer)
    if (!now || now.closed_at) return
    const due = now.due_at && !now.is_overdue ? Date.parse(now.due_at) : Infinity
    const wait = (Math.min(due, nextTurn(now.clocks)) - cityNow()) / (platform.value?.speed || 1)
    if (wait > 0 && wait < 24 * 3_600_000) timer = window.setTimeout(() => void refresh(), wait + BEFORE_DUE)
  })
  onScopeDispose(() => window.clearTimeout(timer))

  async function loadChain(): Promise<Chain | null> {
    chain.value = await ask(api.GET('/api/v1/trace/{kind}/{key}', { params: { path: { kind: 'case', key: number } } })).catch(() => chain.value)
    return chain.value
  }

  const problem = computed<Problem | null>(() => loaded.problem.value)
  return { number, it, entries, firing: computed(() => firing.data.value ?? []), chain, loadChain, problem, loading: loaded.loading, toldProblem: told.problem, toldLoading: told.loading, refresh, take, version }
}

export type CasePage = ReturnType<typeof useCasePage>
const KEY: InjectionKey<CasePage> = Symbol('case')

export function provideCase(page: CasePage): void {
  provide(KEY, page)
}

export function useThisCase(): CasePage {
  const page = inject(KEY)
  if (!page) throw new Error('outside a case page')
  return page
}

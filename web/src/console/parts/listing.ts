/** What every list of the console has: filters that live in the address, and the keyboard (j, k, Enter, x, /). */
import { computed, nextTick, onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { useRoute, useRouter, type LocationQuery } from 'vue-router'

/** The filters of an address: those that are not given have their usual value. */
export function filtersOf<T extends Record<string, string>>(usual: T, query: LocationQuery): T {
  const found = { ...usual } as Record<string, string>
  for (const name of Object.keys(usual)) {
    const given = query[name]
    if (typeof given === 'string') found[name] = given
  }
  return found as T
}

/** The address of filters: what is as usual is left out, what is not a filter stays. */
export function queryOf<T extends Record<string, string>>(usual: T, filters: T, query: LocationQuery): LocationQuery {
  const found: LocationQuery = { ...query }
  for (const [name, value] of Object.entries(filters)) {
    if (value === usual[name]) delete found[name]
    else found[name] = value
  }
  return found
}

export function useFilters<T extends Record<string, string>>(usual: T) {
  const route = useRoute()
  const router = useRouter()
  const filters = computed(() => filtersOf(usual, route.query))
  const isFiltered = computed(() => Object.entries(filters.value).some(([name, value]) => value !== usual[name]))
  const set = (change: Partial<T>) => router.replace({ query: queryOf(usual, { ...filters.value, ...change }, route.query), hash: route.hash })
  const clear = () => router.replace({ query: queryOf(usual, usual, route.query) })
  return { filters, isFiltered, set, clear }
}

interface Keys {
  ids: () => readonly string[]
  open: (id: string) => void
  mark?: (id: string) => void
  /** The field that `/` goes to. */
  search?: () => HTMLElement | null | undefined
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)) && (target as HTMLInputElement).type !== 'checkbox'

/** Whether a dialog waits for an answer; closed ones stay in the page unseen, and the side panel leaves the list usable. */
const isAsked = () => [...document.querySelectorAll('[aria-modal="true"]:not(.el-drawer)')].some((one) => one.getClientRects().length > 0)

/** The row the keyboard stands on, by its id; rows carry `data-row="<id>"`. */
export function useListKeys(keys: Keys): { at: Ref<string> } {
  const at = ref('')

  async function go(step: number): Promise<void> {
    const ids = keys.ids()
    const next = ids[Math.max(0, Math.min(ids.length - 1, ids.indexOf(at.value) + step))]
    if (next === undefined) return
    at.value = next
    await nextTick()
    document.querySelector<HTMLElement>(`[data-row="${CSS.escape(next)}"]`)?.scrollIntoView({ block: 'nearest' })
  }

  function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target) || isAsked()) return
    if (event.key === 'j') void go(1)
    else if (event.key === 'k') void go(-1)
    else if (event.key === '/') {
      event.preventDefault()
      keys.search?.()?.focus()
    } else if (event.key === 'x' && at.value) keys.mark?.(at.value)
    else if (event.key === 'Enter' && at.value && !(event.target instanceof HTMLElement && event.target.closest('a, button'))) keys.open(at.value)
  }

  onMounted(() => document.addEventListener('keydown', press))
  onBeforeUnmount(() => document.removeEventListener('keydown', press))
  return { at }
}

/** Calls again and again while the page is looked at; at once when it comes back into sight. */
export function useWhileVisible(seconds: number, call: () => void): void {
  const tick = () => document.visibilityState === 'visible' && call()
  let timer = 0
  onMounted(() => {
    timer = window.setInterval(tick, seconds * 1000)
    document.addEventListener('visibilitychange', tick)
  })
  onBeforeUnmount(() => {
    window.clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  })
}

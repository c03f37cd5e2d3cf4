/** Loading something from the API: what is there, whether it loads, what was refused; the newest question wins. */
import { onScopeDispose, ref, shallowRef, watch, type WatchSource } from 'vue'
import { asProblem, type Problem } from './api/client'
import { cityNow } from './platform'

export interface Loaded<T> {
  data: T | null
  problem: Problem | null
}

/**
 * `const cases = useLoad(() => ask(api.GET(…)), () => route.query)`: loads now and whenever the source changes.
 * `refresh()` loads again and keeps showing what was there; asked for while it loads, it loads once more afterwards, so
 * that a flood of events neither starves it nor leaves something old. A changed source breaks off what is under way.
 * Vue refs: data, problem, loading, loadedAt (city time).
 */
export function useLoad<T>(get: (signal: AbortSignal) => Promise<T>, source?: WatchSource<unknown>) {
  const data = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  const loadedAt = ref(0)
  let running: AbortController | null = null
  let work: Promise<void> = Promise.resolve()
  let again: Promise<void> | null = null

  async function load(mine: AbortController): Promise<void> {
    loading.value = true
    try {
      const got = await get(mine.signal)
      if (mine !== running) return
      data.value = got
      problem.value = null
      loadedAt.value = cityNow()
    } catch (error) {
      if (mine === running && !mine.signal.aborted) problem.value = asProblem(error)
    } finally {
      if (mine === running) {
        running = null
        loading.value = false
      }
    }
  }

  function begin(): Promise<void> {
    running?.abort()
    again = null
    work = load((running = new AbortController()))
    return work
  }

  function refresh(): Promise<void> {
    if (!running) return begin()
    const current = running
    again ??= work.then(() => (running && running !== current ? work : begin()))
    return again
  }

  if (source) watch(source, () => void begin(), { deep: true })
  onScopeDispose(() => running?.abort())
  void begin()
  return { data, problem, loading, loadedAt, refresh }
}

interface PageAnswer<T> {
  items: T[]
  next?: string | null | undefined
}

/** A list in pages: `more()` appends the next one. */
export function usePages<T>(get: (after: string | undefined, signal: AbortSignal) => Promise<PageAnswer<T>>, source?: WatchSource<unknown>) {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const first = useLoad(async (signal) => {
    const page = await get(undefined, signal)
    items.value = page.items
    next.value = page.next ?? null
    return page
  }, source)
  const loadingMore = ref(false)

  async function more(): Promise<void> {
    if (!next.value || loadingMore.value) return
    loadingMore.value = true
    const after = next.value
    try {
      const page = await get(after, new AbortController().signal)
      if (next.value !== after) return
      items.value = [...items.value, ...page.items]
      next.value = page.next ?? null
    } catch (error) {
      first.problem.value = asProblem(error)
    } finally {
      loadingMore.value = false
    }
  }

  return { ...first, items, next, more, loadingMore }
}

/** One change at a time: `const save = useAction(() => ask(…))`; `save.run()`, `save.busy`, `save.problem`. */
export function useAction<A extends unknown[], R>(act: (...given: A) => Promise<R>) {
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)

  async function run(...given: A): Promise<R | undefined> {
    if (busy.value) return undefined
    busy.value = true
    problem.value = null
    try {
      return await act(...given)
    } catch (error) {
      problem.value = asProblem(error)
      return undefined
    } finally {
      busy.value = false
    }
  }

  return { run, busy, problem }
}

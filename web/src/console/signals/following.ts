/** What becomes of a report that was just entered, as long as somebody waits to see it. */
import { api, ask, asProblem, type Schemas } from '@/shared/api/client'
import { onScopeDispose, ref, shallowRef } from 'vue'

const EVERY_MS = 1500
const LOOKS = 20

/** Vue refs: signal, its case once there is one, and `over` when nothing more is looked for. */
export function useFollow(id: number) {
  const signal = shallowRef<Schemas['SignalDetail'] | null>(null)
  const matter = shallowRef<Schemas['CaseDetail'] | null>(null)
  const over = ref(false)
  let looks = 0
  let timer = 0

  /** Whether there is nothing left to wait for. */
  async function look(): Promise<boolean> {
    signal.value = await ask(api.GET('/api/v1/signals/{signal_id}', { params: { path: { signal_id: id } } }))
    const number = signal.value.case_number
    if (!number) return ['waiting_for_person', 'ended'].includes(signal.value.state)
    matter.value = await ask(api.GET('/api/v1/cases/{number}', { params: { path: { number } } }))
    return Boolean(matter.value.organisation)
  }
  async function follow(): Promise<void> {
    looks += 1
    const settled = await look().catch((error) => [401, 403, 404].includes(asProblem(error).status))
    over.value = settled || looks >= LOOKS
    if (!over.value) timer = window.setTimeout(() => void follow(), EVERY_MS)
  }
  void follow()
  onScopeDispose(() => {
    looks = LOOKS
    window.clearTimeout(timer)
  })
  return { signal, matter, over }
}

/** What is typed into a form outlives the session: whoever signs in again as the same person finds it there, nobody else. */
import { me } from '@/shared/session'
import { computed, onBeforeUnmount, onMounted, ref, toValue, watch, type MaybeRefOrGetter, type Ref } from 'vue'
import { dropKept, keyOf, readKept, textOf, writeKept, type Kept } from './drafts'

export interface FormDraft {
  /** Wall time of what was put back; 0: nothing was. */
  restoredAt: Ref<number>
  /** Sent or given up: nothing is kept, and what stands in the form now is where it begins. */
  drop: () => void
  /** The form as it was before anything was typed. */
  discard: () => void
}

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Into a reactive form, down to its fields; what the form does not know is left out. */
function put(form: Fields, kept: Fields): void {
  for (const [name, value] of Object.entries(kept)) {
    if (!(name in form)) continue
    if (isFields(form[name]) && isFields(value)) put(form[name], value)
    else form[name] = value
  }
}

/**
 * `const kept = useDraft('users/new', form)`: puts back what was typed before, and keeps every change until `drop()`.
 * `name` tells forms apart; while it is "" the form is closed, and closing it gives up what was typed. Fields whose
 * name says password or secret are never kept.
 */
export function useDraft(name: MaybeRefOrGetter<string>, values: object): FormDraft {
  const form = values as Fields
  const person = String(me.value?.id ?? '')
  const key = computed(() => (toValue(name) ? keyOf(person, 'form', toValue(name)) : ''))
  const restoredAt = ref(0)
  let start = ''
  let timer = 0

  function begin(): void {
    start = textOf(form)
    const kept = readKept<Kept<Fields>>(key.value)
    restoredAt.value = kept?.savedAt ?? 0
    if (kept) put(form, kept.values)
  }
  function keep(): void {
    window.clearTimeout(timer)
    timer = 0
    if (!key.value) return
    if (textOf(form) === start) dropKept(key.value)
    else writeKept(key.value, { values: form, savedAt: Date.now() })
  }
  const keepLate = () => timer && keep()
  function drop(): void {
    window.clearTimeout(timer)
    timer = 0
    start = textOf(form)
    restoredAt.value = 0
    if (key.value) dropKept(key.value)
  }

  watch(key, (now, before) => {
    if (before) dropKept(before)
    if (now) begin()
  }, { immediate: true })
  watch(() => textOf(form), () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(keep, 300)
  })
  onMounted(() => window.addEventListener('pagehide', keepLate))
  onBeforeUnmount(() => {
    keepLate()
    window.removeEventListener('pagehide', keepLate)
  })
  function discard(): void {
    put(form, JSON.parse(start) as Fields)
    drop()
  }
  return { restoredAt, drop, discard }
}

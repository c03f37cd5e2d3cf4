/** Changes of the rules that are drafted and not made: collected in the editors, rehearsed together. Kept for this tab. */
import type { Schemas } from '@/shared/api/client'
import { ref, watch } from 'vue'

export type LineDraft = Pick<Schemas['LineDrafted'], 'action'> & Partial<Omit<Schemas['LineDrafted'], 'action'>>
export interface LayerDraft {
  pack: string
  path: string
  value: unknown
}
export interface Drafts {
  lines: LineDraft[]
  layers: LayerDraft[]
}

const KEY = 'citybrain.rule-drafts'
export const EMPTY: Drafts = { lines: [], layers: [] }

export function draftsOf(text: string | null): Drafts {
  try {
    const found = JSON.parse(text ?? '') as Partial<Drafts>
    return { lines: Array.isArray(found.lines) ? found.lines : [], layers: Array.isArray(found.layers) ? found.layers : [] }
  } catch {
    return EMPTY
  }
}

export const drafts = ref<Drafts>(draftsOf(sessionStorage.getItem(KEY)))
watch(drafts, (now) => sessionStorage.setItem(KEY, JSON.stringify(now)), { deep: true })

const sameLine = (one: LineDraft, other: LineDraft) => one.line !== undefined && one.line !== null && one.line === other.line

/** A later draft about the same line takes the place of the earlier one; one about the same place of a pack too. */
export function addLines(...lines: LineDraft[]): void {
  const kept = drafts.value.lines.filter((one) => !lines.some((line) => sameLine(one, line)))
  drafts.value = { ...drafts.value, lines: [...kept, ...lines] }
}
export function addLayer(layer: LayerDraft): void {
  const kept = drafts.value.layers.filter((one) => one.pack !== layer.pack || one.path !== layer.path)
  drafts.value = { ...drafts.value, layers: [...kept, layer] }
}
export const countDrafts = (): number => drafts.value.lines.length + drafts.value.layers.length
export function clearDrafts(): void {
  drafts.value = EMPTY
}

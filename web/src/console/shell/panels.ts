/** The side panel that a map, a list and the desk share: one for each kind of object. */
import { defineAsyncComponent, shallowRef, type Component } from 'vue'

export interface Picked {
  kind: string
  id: string
}

type PanelFile = { default: Record<string, () => Promise<Component>> }

/** A feature's panel.ts: `export default { case: () => import('./CasePanel.vue') }`; the component takes prop `id`. */
const files = import.meta.glob<PanelFile>('../*/panel.ts', { eager: true })
const panels = new Map<string, Component>()
for (const file of Object.values(files)) {
  for (const [kind, load] of Object.entries(file.default)) panels.set(kind, defineAsyncComponent(load as () => Promise<Component>))
}

export const picked = shallowRef<Picked | null>(null)

export function pick(object: Picked | null): void {
  picked.value = object && panels.has(object.kind) ? object : null
}

export function panelOf(kind: string): Component | undefined {
  return panels.get(kind)
}

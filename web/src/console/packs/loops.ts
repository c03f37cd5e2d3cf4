/** The loops that a pack declares, or that its kinds of case go through. */
import type { Title } from '@/shared/i18n'

export interface State {
  key: string
  stage: string
  kind: string
  title: Title
}
export interface Step {
  key: string
  title: Title
  from: string[]
  to?: string | null
  who: string[]
  needs?: string[]
  automatic?: boolean
}
export interface Loop {
  key: string
  title: Title
  stages: { key: string; title: Title }[]
  initial: string
  states: State[]
  transitions: Step[]
}

/** In `from`: every state that is not ended. */
export const ANY = '*'

const isLoop = (value: unknown): value is Loop => {
  const loop = value as Partial<Loop> | null
  return typeof loop === 'object' && loop !== null && Boolean(loop.key) && Array.isArray(loop.states) && Array.isArray(loop.transitions) && Array.isArray(loop.stages)
}

/** The loop in a value of the API, where it is one. */
export const loopOf = (value: unknown): Loop | null => (isLoop(value) ? value : null)

/** The loops that a pack declares itself. */
export function declaredLoops(declares: Record<string, unknown>): Loop[] {
  const found = (declares['cases.yaml'] as { loops?: unknown[] } | undefined)?.loops
  return Array.isArray(found) ? found.filter(isLoop) : []
}

/** Those that its kinds of case go through and that somebody else declares. */
export function foreignLoops(declares: Record<string, unknown>): string[] {
  const kinds = (declares['cases.yaml'] as { case_types?: { loop?: string }[] } | undefined)?.case_types
  const own = new Set(declaredLoops(declares).map((loop) => loop.key))
  const used = Array.isArray(kinds) ? kinds.map((kind) => kind.loop ?? '') : []
  return [...new Set(used)].filter((key) => key && !own.has(key)).sort()
}

/** The steps that can be taken in a state, those from everywhere too. */
export function stepsFrom(loop: Loop, state: State): Step[] {
  return loop.transitions.filter((step) => step.from.includes(state.key) || (step.from.includes(ANY) && state.kind !== 'ended'))
}

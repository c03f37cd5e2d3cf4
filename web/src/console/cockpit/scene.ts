/** What the API tells of a scene, by the kind of its elements. */
import type { Schemas } from '@/shared/api/client'

export type Scene = Schemas['SceneShown']
export type SceneElement = Scene['elements'][number]
export type Of<K extends SceneElement['kind']> = Extract<SceneElement, { kind: K }>
export type Facts = Schemas['IndicatorFacts']
export type Point = Schemas['ScenePoint']
export type Step = Schemas['FlowStep']

/** A number that is opened: whose, of which period (left out: the newest). */
export interface Opened {
  indicator: string
  dimension: 'region' | 'organisation'
  code: string
  start?: string | undefined
}

/** In reading order: what a phone shows from above to below. */
export function inOrder(elements: readonly SceneElement[]): SceneElement[] {
  return [...elements].sort((one, other) => one.at.row - other.at.row || one.at.column - other.at.column)
}

/** Headline numbers first, then the others by how much they matter on a small screen. */
export function onPhone(elements: readonly SceneElement[]): SceneElement[] {
  const rank = (one: SceneElement) => (one.kind === 'number' ? 0 : one.kind === 'flow' ? 1 : one.kind === 'list' ? 2 : 3)
  return inOrder(elements).sort((one, other) => rank(one) - rank(other))
}

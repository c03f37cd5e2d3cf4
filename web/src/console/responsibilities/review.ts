/** The list as a whole: what is missing, who stands twice. */
import type { Schemas } from '@/shared/api/client'

export type Gap = Schemas['GapShown']
export type Tie = Schemas['TieShown']
/** So many of a kind are shown until more are asked for. */
export const SHOWN = 8

export const isClean = (review: Schemas['ReviewShown']): boolean => !review.gaps.length && !review.ties.length && !review.unusable

/** The regions of a gap that lines could be added for; everywhere is one. */
export function placesOf(gap: Gap): { region: string; isPart: boolean }[] {
  if (gap.is_everywhere) return [{ region: '*', isPart: false }]
  return [...gap.regions.map((region) => ({ region, isPart: false })), ...gap.partly.map((region) => ({ region, isPart: true }))]
}

/** The list as a whole: what is missing, who stands twice. The lines of a tie are read, so that they can be named. */
import { api, ask, type Schemas } from '@/shared/api/client'
import type { Line } from './lines'

export type Gap = Schemas['GapShown']
export type Tie = Schemas['TieShown']
/** So many of a kind are shown until more are asked for. */
export const SHOWN = 8

export interface NamedTie extends Tie {
  /** Older first: the first one wins without a word. */
  named: Line[]
}
export interface Review {
  gaps: Gap[]
  ties: NamedTie[]
  unusable: number
}

export async function readReview(signal: AbortSignal): Promise<Review> {
  const found = await ask(api.GET('/api/v1/responsibilities/review', { signal }))
  const named = async (tie: Tie): Promise<NamedTie> => {
    const query = { case_type: tie.case_type, region: tie.region, in_force: true, limit: 100 }
    const lines = (await ask(api.GET('/api/v1/responsibilities', { params: { query }, signal }))).items
    return { ...tie, named: lines.filter((line) => tie.lines.includes(line.id)) }
  }
  const ties = await Promise.all(found.ties.map((tie, at) => (at < SHOWN ? named(tie) : { ...tie, named: [] })))
  return { ...found, ties }
}

export const isClean = (review: Review): boolean => !review.gaps.length && !review.ties.length && !review.unusable

/** The regions of a gap that lines could be added for; everywhere is one. */
export function placesOf(gap: Gap): { region: string; isPart: boolean }[] {
  if (gap.is_everywhere) return [{ region: '*', isPart: false }]
  return [...gap.regions.map((region) => ({ region, isPart: false })), ...gap.partly.map((region) => ({ region, isPart: true }))]
}

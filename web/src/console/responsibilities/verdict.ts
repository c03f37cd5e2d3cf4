/** The answer to "who would get this?" in plain words: which line won, by what, and why each other one lost. */
import { nodeOf, pathNames } from '@/console/parts/sources'
import { codesOf } from '@/console/parts/tree'
import type { Schemas } from '@/shared/api/client'
import { t } from '@/shared/i18n'
import { EVERYWHERE } from './lines'

export type Answer = Schemas['WhatIfShown']
/** The number of a line that is tried and not saved. */
export const UNSAVED = 0

export interface Row {
  line: number
  case_type: string
  region: string
  priority: number
  organisation: string
  note: string
}
export type By = 'only_line' | 'case_type' | 'region' | 'priority' | 'older_line'

export const winnerOf = (answer: Answer): Row | null => (answer.why.rule === 'list' ? (answer.why as unknown as Row) : null)
export const othersOf = (answer: Answer): Row[] => answer.others as unknown as Row[]
export const decidedBy = (answer: Answer): By => (answer.why.decided_by as By | undefined) ?? 'only_line'
/** The list may be longer than what is told of it. */
export const untold = (answer: Answer): number => Math.max(0, Number(answer.why.compared ?? 0) - 1 - answer.others.length)

/** How exact a code is: how far down it stands on the path that was asked about; `*` is nowhere on it. */
const depthOn = (path: string, code: string) => codesOf(path).indexOf(code) + 1

/** The first thing by which a line is worse than the one that won. */
export function lostBy(lost: Row, won: Row, typePath: string, regionPath: string): Exclude<By, 'only_line'> {
  if (depthOn(typePath, lost.case_type) !== depthOn(typePath, won.case_type)) return 'case_type'
  if (depthOn(regionPath, lost.region) !== depthOn(regionPath, won.region)) return 'region'
  return lost.priority === won.priority ? 'older_line' : 'priority'
}

/** The path of a kind, by its code; where the kinds are not known yet the code alone. */
export const typePathOf = (code: string): string => nodeOf('caseType', code)?.path ?? `/${code}/`

export function lostWords(lost: Row, won: Row, asked: string, regionPath: string): string {
  const by = lostBy(lost, won, typePathOf(asked), regionPath)
  return t(`responsibilities.lost.${by}`, { mine: lost.priority, best: won.priority })
}

/** A region of a line in words: everywhere, or its names from below the city down. */
export function regionWords(code: string): string {
  if (code === EVERYWHERE || !code) return t('responsibilities.everywhere')
  const path = nodeOf('region', code)?.path
  return path ? placeWords(path) : code
}

/** A path in words; the city itself is left out where something lies below it. */
export function placeWords(path: string): string {
  return pathNames('region', path, codesOf(path).length > 1 ? 1 : 0).join(' / ')
}

export type Effect = 'gains' | 'loses' | 'moves' | 'same' | 'sameNobody'
/** What a change of the list does to one case. */
export function effectOf(now: Answer, then: Answer): Effect {
  if (now.organisation === then.organisation) return now.organisation ? 'same' : 'sameNobody'
  if (!now.organisation) return 'gains'
  return then.organisation ? 'moves' : 'loses'
}

/** Where the tried line stands in the answer: it wins, loses by something, or does not speak of this case at all. */
export function standingOf(then: Answer, number: number, asked: string): 'wins' | 'silent' | Exclude<By, 'only_line'> {
  const won = winnerOf(then)
  if (won?.line === number) return 'wins'
  const mine = othersOf(then).find((row) => row.line === number)
  return won && mine ? lostBy(mine, won, typePathOf(asked), then.region_path) : 'silent'
}

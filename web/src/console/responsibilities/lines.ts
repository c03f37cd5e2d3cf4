/** The responsibility list: its lines, what is asked about it, and the words for why a line wins. */
import { nameOf, nodeOf } from '@/console/parts/sources'
import type { Schemas } from '@/shared/api/client'
import { date, dateTime } from '@/shared/format'
import { t } from '@/shared/i18n'

export type Line = Schemas['ResponsibilityShown']
export type Answer = Schemas['WhatIfShown']

/** Where a case is asked about: a region, or a point. */
export interface Place {
  region: string
  lon: number | null
  lat: number | null
}

/** One line as an answer tells of it. */
export interface Told {
  line: number
  case_type: string
  region: string
  priority: number
  organisation: string
  organisation_name: string
  note: string
}

export interface Draft {
  caseType: string
  region: string
  organisation: string
  priority: number
  from: string
  to: string
  note: string
}

export const emptyDraft = (some: Partial<Draft> = {}): Draft => ({ caseType: '', region: '', organisation: '', priority: 0, from: '', to: '', note: '', ...some })

export const regionName = (code: string) => (code === '*' || !code ? t('responsibilities.everywhere') : nameOf('region', code))

export function draftOf(line: Line): Draft {
  return { caseType: line.case_type, region: line.region === '*' ? '' : line.region, organisation: line.organisation, priority: line.priority, from: dayOf(line.valid_from), to: dayOf(line.valid_to), note: line.note }
}

const dayOf = (moment: string | null | undefined) => (moment ? date(moment) : '')

/** The first moment of a day (2026-12-31) in the time zone of the city. */
export function startOfDay(day: string): string {
  const guess = Date.parse(`${day}T00:00:00Z`)
  const offset = Date.parse(`${dateTime(guess, true).replace(' ', 'T')}Z`) - guess
  return new Date(guess - offset).toISOString()
}

/** A day that was not touched stays the very moment that it was. */
function momentOf(day: string, before: string | null | undefined): string | null {
  if (!day) return null
  return before && dayOf(before) === day ? before : startOfDay(day)
}

export function bodyOf(draft: Draft): Schemas['ResponsibilityAdd'] {
  return { case_type: draft.caseType, region: draft.region || '*', organisation: draft.organisation, ...changeOf(draft) }
}

export function changeOf(draft: Draft, before?: Line) {
  return { priority: draft.priority, note: draft.note.trim(), valid_from: momentOf(draft.from, before?.valid_from), valid_to: momentOf(draft.to, before?.valid_to) }
}

export const isBackwards = (draft: Draft) => Boolean(draft.from && draft.to && draft.to < draft.from)

export type TimeState = 'ended' | 'notYet' | 'inForce'

export function timeState(line: Pick<Line, 'valid_from' | 'valid_to'>, now: number): TimeState {
  if (line.valid_to && Date.parse(line.valid_to) <= now) return 'ended'
  return line.valid_from && Date.parse(line.valid_from) > now ? 'notYet' : 'inForce'
}

export function timeWords(line: Pick<Line, 'valid_from' | 'valid_to'>): string {
  const from = line.valid_from ? t('responsibilities.since', { from: dayOf(line.valid_from) }) : ''
  const to = line.valid_to ? t('responsibilities.until', { to: dayOf(line.valid_to) }) : ''
  return [from, to].filter(Boolean).join(' ') || t('responsibilities.always')
}

/** Why a line cannot work here, and what to do; '' for one that can. */
export function unusableWords(line: Line): string {
  if (line.is_usable) return ''
  if (!line.organisation_name) return t('responsibilities.noOrganisation', { code: line.organisation })
  return nodeOf('organisation', line.organisation)?.isClosed ? t('responsibilities.closedOrganisation') : t('responsibilities.noRegion', { code: line.region })
}

/** By what the winner is better than this loser: the first thing in which they differ. */
export function lostBy(winner: Told, loser: Told, depth: (code: string) => number): 'case_type' | 'region' | 'priority' | 'older_line' {
  if (winner.case_type !== loser.case_type) return 'case_type'
  if (depth(winner.region) !== depth(loser.region)) return 'region'
  return winner.priority === loser.priority ? 'older_line' : 'priority'
}

export const winnerOf = (answer: Answer) => (answer.organisation ? (answer.why as unknown as Told & { decided_by: string }) : null)

/** What is asked about a place: a point counts before a region, and nothing given is "nowhere in particular". */
export function placeQuery(place: Place): { region: string; lon?: number; lat?: number } {
  return place.lon !== null && place.lat !== null ? { region: '', lon: place.lon, lat: place.lat } : { region: place.region }
}

/** Lines of the responsibility list: how they are asked for, whether they hold, what is wrong with one, who may change it. */
import type { LineDraft } from '@/console/parts/ruleDrafts'
import type { Schemas } from '@/shared/api/client'

export type Line = Schemas['ResponsibilityShown']
export type Draft = Schemas['LineDraft']
export const EVERYWHERE = '*'
export const PERMISSION = 'responsibility.write'

/** What the address says about the list; `below` and `force` narrow it from the start. */
export const USUAL = { case_type: '', organisation: '', region: '', below: '1', own: '', force: 'now', usable: '' }
export type Filters = typeof USUAL

/** The API's question for the filters of an address. */
export function queryOfList(filters: Filters) {
  const { case_type, organisation, region, below, own, force, usable } = filters
  return {
    ...(case_type ? { case_type } : {}),
    ...(organisation ? { organisation } : {}),
    ...(region ? { region } : {}),
    ...(below ? { below: true } : {}),
    ...(own ? { own: own === 'own' } : {}),
    ...(force === 'all' ? {} : { in_force: force === 'now' }),
    ...(usable ? { usable: usable === 'yes' } : {}),
  }
}

export type Force = 'now' | 'future' | 'ended'
export function forceOf(line: Pick<Line, 'valid_from' | 'valid_to'>, now: number): Force {
  if (line.valid_to && Date.parse(line.valid_to) <= now) return 'ended'
  return line.valid_from && Date.parse(line.valid_from) > now ? 'future' : 'now'
}

export type Trouble = 'noOrganisation' | 'closed' | 'noRegion'
/** Why a line dispatches nothing here, whatever its time says. */
export function troubleOf(line: Pick<Line, 'is_usable' | 'organisation_name'>, isClosed: boolean): Trouble | null {
  if (line.organisation_name === null) return 'noOrganisation'
  if (isClosed) return 'closed'
  return line.is_usable ? null : 'noRegion'
}

type Grant = Pick<Schemas['GrantShown'], 'organisation_path' | 'region_path' | 'permissions'>
const within = (path: string | undefined, root: string) => root === '/' || (path ?? '').startsWith(root)

/** Whether duties reach a line: its organisation and its region both lie below one duty; everywhere is the root's. */
export function reaches(grants: readonly Grant[], organisationPath: string | undefined, regionPath: string | undefined): boolean {
  return grants.some((grant) => grant.permissions.includes(PERMISSION) && within(organisationPath, grant.organisation_path) && within(regionPath, grant.region_path))
}

/** What a new line starts from: a gap, a question, or another line that it takes the place of. */
export interface Start {
  case_type?: string
  region?: string
  organisation?: string
  priority?: number
  note?: string
  /** The line that the new one takes the place of. */
  instead?: Line
}

/** A change of the list as a rehearsal takes it: another priority, a new line, or a new line instead of another. */
export function linesOf(draft: Draft, line: Line | null, instead: Line | null): LineDraft[] {
  const { case_type, region, organisation, note } = draft
  const priority = draft.priority ?? 0
  if (line) return [{ action: 'change', line: line.id, priority, case_type: line.case_type, region: line.region, organisation: line.organisation }]
  return [...(instead ? endOf(instead) : []), { action: 'add', case_type, region: region ?? EVERYWHERE, organisation, priority, note: note ?? '' }]
}
export const endOf = (line: Line): LineDraft[] => [{ action: 'end', line: line.id, case_type: line.case_type, region: line.region, organisation: line.organisation }]

/** What of a line was changed: nothing else is sent. */
export function changesOf(line: Line, draft: Pick<Draft, 'priority' | 'note' | 'valid_from' | 'valid_to'>): Schemas['ResponsibilityChange'] {
  const moment = (value: string | null | undefined) => (value ? Date.parse(value) : null)
  const note = (draft.note ?? '').trim()
  return {
    ...(draft.priority !== line.priority ? { priority: draft.priority ?? 0 } : {}),
    ...(note !== line.note ? { note } : {}),
    ...(moment(draft.valid_from) !== moment(line.valid_from) ? { valid_from: draft.valid_from ?? null } : {}),
    ...(moment(draft.valid_to) !== moment(line.valid_to) ? { valid_to: draft.valid_to ?? null } : {}),
  }
}

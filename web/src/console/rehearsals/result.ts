/** What the API says of a rehearsal's result, typed where the page reads it. */
import type { Schemas } from '@/shared/api/client'

export interface OrganisationRow {
  organisation: string
  cases_before: number
  cases_after: number
  late_before: number
  late_after: number
}
export interface Result {
  summary: { cases_before: number; cases_after: number; differ: number; late_before: number; late_after: number; by_kind: Record<string, number>; by_organisation: OrganisationRow[] }
  reproduction: { cases: number; exact: number; share: number | null; by_why: Record<string, number> }
  assumptions: Record<string, number>
  digests: { before: string; after: string; differences: string }
  speed: { cases: number; seconds: number }
}
export interface Side {
  organisation: string
  signals: number[]
  due_at: string | null
  warnings: unknown[]
  is_late: boolean
  closed_at: string | null
}
export type Shown = Schemas['RehearsalShown']
export type Difference = Schemas['DifferenceShown']
export const KINDS = ['organisation', 'merged', 'due', 'warnings', 'late', 'ended', 'severity'] as const

export const resultOf = (one: Shown): Result | null => (one.state === 'done' ? (one.result as unknown as Result) : null)
export const sideOf = (side: Difference['now']): Side | null => side as unknown as Side | null
export const isOver = (one: Pick<Shown, 'state'>): boolean => one.state === 'done' || one.state === 'failed'
/** How long a bar is, in per cent of the longest; something is never nothing. */
export const lengthOf = (value: number, most: number): number => (value && most ? Math.max(1, (value / most) * 100) : 0)
/** Organisations where something changes; the others are not drawn. */
export const moved = (rows: OrganisationRow[]): OrganisationRow[] => rows.filter((row) => row.cases_before !== row.cases_after || row.late_before !== row.late_after)
/** A value as somebody types it: JSON where it is JSON, else the words. */
export function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

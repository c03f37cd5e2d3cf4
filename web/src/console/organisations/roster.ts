/** A roster in a file: how it is read, and what an import of it does, row by row. */
import type { Schemas } from '@/shared/api/client'

export type Taken = Schemas['RosterTaken']
export type Outcome = 'refused' | 'created' | 'changed' | 'moved' | 'same'
export const OUTCOMES: readonly Outcome[] = ['refused', 'created', 'changed', 'moved', 'same']
export const COLUMNS = ['code', 'name', 'parent', 'kind', 'region', 'name_en'] as const
export const MOST_CHARACTERS = 2_000_000

export interface RosterRow {
  line: number
  where: string
  outcome: Outcome
  code: string
  name: string
  /** What changes: a column, what stood there, what stands there then. */
  changes: { column: string; from: string; to: string }[]
  reason: string
}

/** 12 of `organisations.csv:12`. */
export const lineOf = (where: string): number => Number(/:(\d+)$/.exec(where)?.[1] ?? 0)

/** Every row of the file in its order: those that are taken, and those that are not, with the reason. */
export function rowsOf(taken: Taken): RosterRow[] {
  const good = taken.rows.map((row): RosterRow => {
    const made = (['parent', 'kind', 'region'] as const).flatMap((column) => (row[column] ? [{ column, from: '', to: row[column] }] : []))
    const changes = row.outcome === 'created' ? made : Object.entries(row.was).map(([column, from]) => ({ column, from, to: String(row[column as keyof typeof row] ?? '') }))
    const isMove = 'parent' in row.was
    return { line: lineOf(row.where), where: row.where, outcome: row.outcome === 'changed' && isMove && changes.length === 1 ? 'moved' : row.outcome, code: row.code, name: row.name, changes, reason: '' }
  })
  const bad = taken.refused.map((row): RosterRow => ({ line: lineOf(row.where), where: row.where, outcome: 'refused', code: '', name: '', changes: [], reason: row.reason }))
  return [...good, ...bad].sort((one, other) => one.line - other.line)
}

export function countsOf(rows: readonly RosterRow[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { refused: 0, created: 0, changed: 0, moved: 0, same: 0 }
  for (const row of rows) counts[row.outcome] += 1
  return counts
}

/** How many rows an import would write. */
export const written = (counts: Record<Outcome, number>, posts = 0): number => counts.created + counts.changed + counts.moved + posts

/** The text of a file: UTF-8 where it is that, else what spreadsheets of this country write (GB 18030). */
export function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

export const isRoster = (name: string): boolean => /^[^/\\]{1,110}\.(csv|ya?ml|json)$/i.test(name)

/** What pasted text is: JSON, a spreadsheet's rows, or YAML. */
export function kindOfText(text: string): string {
  const first = text.trimStart()
  if (/^[[{]/.test(first)) return 'roster.json'
  return /^[\w "]+[,\t]/.test(first) ? 'roster.csv' : 'roster.yaml'
}

/** Rows copied out of a spreadsheet have tabs between their cells; a roster has commas. */
export function asCsv(text: string): string {
  if (!text.split('\n', 1)[0]?.includes('\t')) return text
  const cell = (one: string) => (/[",]/.test(one) ? `"${one.replaceAll('"', '""')}"` : one)
  return text.split(/\r?\n/).map((line) => line.split('\t').map((one) => cell(one.trim())).join(',')).join('\n')
}

/** The rows that were left out, as a table to hand back to whoever made the file. */
export function refusedText(rows: readonly RosterRow[]): string {
  return rows.filter((row) => row.outcome === 'refused').map((row) => `${row.where}\t${row.reason}`).join('\n')
}

/** What happened to a case since somebody looked: for the form that was open meanwhile. */
import type { Schemas } from '@/shared/api/client'
import type { Case } from './steps'

export type Entry = Schemas['EntryShown']

export interface Seen {
  revision: number
  state: string
  organisation: string | null
  severity: number
  due: string | null
  lastEntry: number
}

export interface Changes {
  fields: { name: 'state' | 'organisation' | 'severity' | 'due'; from: string; to: string }[]
  entries: Entry[]
}

export function seenOf(of: Case, entries: readonly Entry[]): Seen {
  return { revision: of.revision, state: of.state_title.zh + '\n' + of.state_title.en, organisation: of.organisation_name ? `${of.organisation_name}\n${of.organisation_name_en || of.organisation_name}` : null, severity: of.severity, due: of.due_at, lastEntry: entries.at(-1)?.id ?? 0 }
}

/** Null when the case is as it was seen. */
export function changesSince(seen: Seen, of: Case, entries: readonly Entry[]): Changes | null {
  if (of.revision === seen.revision) return null
  const now = seenOf(of, entries)
  const fields = (['state', 'organisation', 'severity', 'due'] as const)
    .filter((name) => seen[name] !== now[name])
    .map((name) => ({ name, from: String(seen[name] ?? ''), to: String(now[name] ?? '') }))
  return { fields, entries: entries.filter((entry) => entry.id > seen.lastEntry) }
}

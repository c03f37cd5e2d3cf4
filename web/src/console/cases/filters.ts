/** The filters of a list of cases: in the address of the page, in the query of the API, and as chips. */
import type { Schemas } from '@/shared/api/client'
import type { LocationQuery, LocationQueryRaw } from 'vue-router'

export type Filters = Record<string, string | string[]>

const LISTS = ['state', 'stage', 'case_type', 'severity', 'source', 'state_kind'] as const
const FLAGS = [
  'is_open', 'overdue', 'unlocated', 'undispatched', 'nobody_responsible', 'asks_more_time', 'to_verify', 'supervised', 'mine',
] as const
const TEXTS = [
  'q', 'organisation', 'region', 'due_within_minutes', 'opened_from', 'opened_to', 'closed_from', 'closed_to', 'escalated_from', 'due_before',
] as const
export const ORDERS = ['newest', 'due', 'oldest'] as const
export const KINDS = ['waiting', 'working', 'checking', 'ended'] as const

const isList = (name: string): boolean => (LISTS as readonly string[]).includes(name)
const KNOWN = new Set<string>([...LISTS, ...FLAGS, ...TEXTS, 'order'])

/** What the address asks for; what the list does not know is left out. */
export function filtersOf(query: LocationQuery): Filters {
  const found: Filters = {}
  for (const [name, value] of Object.entries(query)) {
    if (!KNOWN.has(name) || value === null) continue
    const values = (Array.isArray(value) ? value : [value]).filter((one): one is string => Boolean(one))
    if (values.length) found[name] = isList(name) ? values : (values[0] ?? '')
  }
  return found
}

/** The query of the API; texts go as they are, it says itself what is wrong with them. */
export function asked(filters: Filters): Record<string, unknown> {
  return { ...filters }
}

/** The query of a count, which has no order. */
export function counted(filters: Filters): Record<string, unknown> {
  return Object.fromEntries(Object.entries(filters).filter(([name]) => name !== 'order'))
}

/** The filter that the API names for a list, as the address of its page. */
export function addressOf(query: Record<string, unknown>): LocationQueryRaw {
  return Object.fromEntries(
    Object.entries(query)
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]),
  )
}

/** The way to a case that remembers the list it stands in: j and k on its page walk that list. */
export function caseAt(number: string, list: LocationQueryRaw = {}): { path: string; query: LocationQueryRaw } {
  const pairs = Object.entries(list).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)]))
  return { path: `/cases/${number}`, query: pairs.length ? { list: new URLSearchParams(pairs).toString() } : {} }
}

export interface Chip {
  name: string
  value: string
}

/** What narrows the list, one chip each; the order of rows and the search field show themselves. */
export function chipsOf(filters: Filters): Chip[] {
  return Object.entries(filters)
    .filter(([name]) => !['order', 'q'].includes(name))
    .flatMap(([name, value]) => (Array.isArray(value) ? value.map((one) => ({ name, value: one })) : [{ name, value }]))
}

export function without(filters: Filters, chip: Chip): Filters {
  const { [chip.name]: value, ...rest } = filters
  const left = Array.isArray(value) ? value.filter((one) => one !== chip.value) : []
  return left.length ? { ...rest, [chip.name]: left } : rest
}

/** A filter set, or taken away with an empty value. */
export function withFilter(filters: Filters, name: string, value: string | string[] | null | undefined): Filters {
  const rest = Object.fromEntries(Object.entries(filters).filter(([key]) => key !== name))
  return value && value.length ? { ...rest, [name]: value } : rest
}

/** Lists that people ask for most, by one click; each stands for exactly these filters. */
export const QUICK: { key: string; filters: Filters; permission?: string }[] = [
  { key: 'open', filters: { is_open: 'true' } },
  { key: 'overdue', filters: { overdue: 'true', order: 'due' } },
  { key: 'due_soon', filters: { due_within_minutes: '60', order: 'due' } },
  { key: 'undispatched', filters: { undispatched: 'true', order: 'oldest' } },
  { key: 'to_verify', filters: { to_verify: 'true', order: 'due' }, permission: 'case.verify' },
  { key: 'to_conclude', filters: { state_kind: ['checking'], to_verify: 'false', order: 'oldest' }, permission: 'case.verify' },
  { key: 'unlocated', filters: { unlocated: 'true', is_open: 'true' } },
  { key: 'mine', filters: { mine: 'true', is_open: 'true', order: 'due' }, permission: 'case.handle' },
  { key: 'everything', filters: { order: 'newest' } },
]

export function isSame(one: Filters, other: Filters): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].every((name) => String(one[name] ?? '') === String(other[name] ?? ''))
}

/** What rows of cases need: the summary of a list and the lines of the desk both have it. */
export type CaseRow = Pick<
  Schemas['CaseSummary'],
  'number' | 'title' | 'title_en' | 'case_type_title' | 'state_title' | 'state_kind' | 'severity' | 'recorded_at' | 'due_at' | 'is_supervised' | 'signal_count' | 'organisation_name' | 'organisation_name_en' | 'address' | 'region_code'
> & { closed_at?: string | null; finished_at?: string | null; in_time?: boolean | null; region_path?: string }

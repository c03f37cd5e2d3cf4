/** Where a section of the desk leads: the page and the filter that show all of it. */
import type { Schemas } from '@/shared/api/client'
import type { RouteLocationRaw } from 'vue-router'
import { addressOf } from '../cases/filters'

export type Section = Schemas['SectionShown']

const PAGES: Record<string, string> = { cases: '/cases', signals: '/signals', notices: '', dead: '/failures', failed_notices: '/failures' }

/** What is urgent reads red, what is soon orange; everything else is calm. */
const TONES: Record<string, 'hot' | 'warm'> = { overdue: 'hot', due_soon: 'warm', dead_letters: 'hot', failed_notices: 'warm', escalations: 'warm' }

export const toneOf = (key: string): string => TONES[key] ?? 'calm'

export function placeOf(section: { page: string; key: string; query: Record<string, unknown> }): RouteLocationRaw | null {
  const path = PAGES[section.page]
  if (!path) return null
  return { path, query: addressOf(section.query) }
}

export const casesAt = (query: Record<string, unknown>): RouteLocationRaw => ({ path: '/cases', query: addressOf(query) })

/** The number of a case that a subject (`case/AJ…`) names. */
export function caseOf(subject: string): string {
  const [kind, key] = subject.split('/')
  return kind === 'case' ? (key ?? '') : ''
}

const HEAD = 1.2 // lines that the head of a section and the gap below it take
const linesOf = (one: Section): number => HEAD + one.cases.length + one.signals.length + one.letters.length + one.failures.length

/** Two columns: the chief sections first on the left, each of the others below what is shorter then; one where there is no second. */
export function columnsOf(sections: Section[], chief: ReadonlySet<string>): Section[][] {
  const columns: [Section[], Section[]] = [sections.filter((one) => chief.has(one.key)), []]
  const height = (column: Section[]) => column.reduce((sum, one) => sum + linesOf(one), 0)
  for (const one of sections.filter((other) => !chief.has(other.key))) columns[height(columns[0]) < height(columns[1]) ? 0 : 1].push(one)
  return columns.filter((column) => column.length)
}

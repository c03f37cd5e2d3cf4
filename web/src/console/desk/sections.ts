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

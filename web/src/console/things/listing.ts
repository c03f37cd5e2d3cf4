/** The filters of the list of things, and what they ask the API for. */
import { headersFor, asProblem } from '@/shared/api/client'
import type { paths } from '@/shared/api/schema'

export const USUAL = { tab: 'all', q: '', model: '', region: '', state: 'active', severity: '', unlocated: '' }
export type ThingFilters = typeof USUAL
type Query = NonNullable<paths['/api/v1/things/health']['get']['parameters']['query']>

const CONTACTS = ['online', 'silent', 'never'] as const

/** Without the tab: what the counts beside the tabs are about. */
export function aboutFor(filters: ThingFilters): Query {
  const query: Query = {}
  if (filters.q.trim()) query.q = filters.q.trim()
  if (filters.model) query.model = filters.model
  if (filters.region) query.region = filters.region
  if (filters.state === 'active' || filters.state === 'retired') query.state = filters.state
  const severity = Number(filters.severity)
  if (severity >= 1 && severity <= 4) query.severity = severity
  if (filters.unlocated === '1') query.unlocated = true
  return query
}

export function queryFor(filters: ThingFilters): Query {
  const contact = CONTACTS.find((one) => one === filters.tab)
  return { ...aboutFor(filters), ...(contact ? { contact } : {}), ...(filters.tab === 'firing' ? { firing: true } : {}) }
}

/** The same question to the tiles of the map, which hold other sets too: what is asked of things alone is named so. */
export function mapFor(filters: ThingFilters): Record<string, unknown> {
  const { q, model, region, severity, unlocated, contact, firing } = queryFor(filters)
  return { model, region, thing_q: q, thing_state: filters.state, thing_severity: severity, thing_unlocated: unlocated, contact, firing }
}

/** Saves the list as a file in the reader's language. */
export async function exportThings(filters: ThingFilters): Promise<void> {
  const query = new URLSearchParams(Object.entries(queryFor(filters)).map(([name, value]) => [name, String(value)]))
  const answer = await fetch(`/api/v1/things.csv?${query}`, { headers: headersFor('GET') }).catch(() => null)
  if (!answer?.ok) throw asProblem(await answer?.json().catch(() => null), answer?.status)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = 'things.csv'
  link.click()
  URL.revokeObjectURL(link.href)
}

/** The filters of the list of alarms, and what they ask the API for. */
import type { paths } from '@/shared/api/schema'

export const USUAL = { tab: 'firing', severity: '', rule: '', region: '', thing: '', unseen: '', folds: '', order: 'firing' }
export type AlarmFilters = typeof USUAL
type Query = NonNullable<paths['/api/v1/alarms']['get']['parameters']['query']>

/** Folded alarms are shown by the one they were folded into, unless they are asked for. */
export function queryFor(filters: AlarmFilters): Query {
  const query: Query = {}
  if (filters.tab === 'firing' || filters.tab === 'resolved') query.state = filters.tab
  const severity = Number(filters.severity)
  if (severity >= 1 && severity <= 4) query.severity = severity
  if (filters.rule) query.rule = filters.rule
  if (filters.region) query.region = filters.region
  if (filters.thing) query.thing = filters.thing
  if (filters.unseen === '1') query.acknowledged = false
  if (filters.folds !== '1') query.folded = false
  return query
}

export function orderOf(filters: AlarmFilters): NonNullable<Query['order']> {
  return filters.order === 'newest' || filters.order === 'worst' ? filters.order : 'firing'
}

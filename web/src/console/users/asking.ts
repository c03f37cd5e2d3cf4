/** What the list of accounts is asked, from the filters of its address; and how a reach changes. */
import type { Schemas } from '@/shared/api/client'

export const USUAL = { q: '', organisation: '', role: '', state: 'all' }
export type Filters = typeof USUAL

export interface UsersQuery {
  q?: string
  organisation?: string
  role?: string
  is_active?: boolean
}

export function queryOfUsers(filters: Filters): UsersQuery {
  const q = filters.q.trim()
  return {
    ...(q ? { q } : {}),
    ...(filters.organisation ? { organisation: filters.organisation } : {}),
    ...(filters.role ? { role: filters.role } : {}),
    ...(filters.state === 'active' || filters.state === 'inactive' ? { is_active: filters.state === 'active' } : {}),
  }
}

export type Reach = Schemas['ReachShown']
export type Change = 'same' | 'opens' | 'more'

/** What a duty more does to one kind: the same as now, visible at all for the first time, or more of it. */
export function changeOf(reach: Reach): Change {
  if (reach.now.count === reach.then.count && reach.now.is_more === reach.then.is_more) return 'same'
  return reach.now.count === 0 ? 'opens' : 'more'
}

/** How many more, where both counts are exact. */
export function moreOf(reach: Reach): number | null {
  return reach.now.is_more || reach.then.is_more ? null : reach.then.count - reach.now.count
}

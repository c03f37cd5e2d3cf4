/** What a page needs before it can draw the map. Asked for early, while the page's own code is still on its way. */
import { api, ask, type Schemas } from '@/shared/api/client'
import { may } from '@/shared/session'

export type PublicMap = Schemas['PublicMapOut']

let asked: Promise<PublicMap> | null = null
let askedAt = 0
const FRESH_MS = 60_000

export function mapFacts(): Promise<PublicMap> {
  const now = performance.now()
  if (!asked || now - askedAt > FRESH_MS) {
    askedAt = now
    asked = ask(api.GET('/api/v1/public/map'))
    asked.catch(() => (asked = null))
  }
  return asked
}

/** Whoever may read places gets the base with grids; everybody else the public one. */
export function baseTiles(facts: PublicMap): { tiles: string; grids: boolean } {
  if (!may('place.read')) return { tiles: facts.tiles, grids: false }
  return { tiles: `/api/v1/tiles/base/{z}/{x}/{y}.mvt?v=${facts.version}`, grids: true }
}

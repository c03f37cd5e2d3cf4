/** The public vector tiles of the city: fetched once, kept by address, decoded when they are first drawn. */
import { api, ask, type Schemas } from '@/shared/api/client'
import { VectorTile } from '@mapbox/vector-tile'
import Pbf from 'pbf'

export type PublicMap = Schemas['PublicMapOut']
type Ring = { x: number; y: number }[]

export interface Feature {
  /** 1 point, 2 line, 3 area */
  kind: number
  name: string
  sort: string
  depth: number
  lines: Ring[]
}

export interface Tile {
  extent: number
  layers: Record<string, Feature[]>
}

const MOST = 160
let known: Promise<PublicMap> | null = null

export function publicMap(): Promise<PublicMap> {
  known ??= ask(api.GET('/api/v1/public/map')).catch((error: unknown) => {
    known = null
    throw error
  })
  return known
}

export function decode(content: ArrayBuffer): Tile {
  const tile = new VectorTile(new Pbf(new Uint8Array(content)))
  const layers: Record<string, Feature[]> = {}
  let extent = 4096
  for (const [name, layer] of Object.entries(tile.layers)) {
    extent = layer.extent
    layers[name] = Array.from({ length: layer.length }, (_none, index) => {
      const feature = layer.feature(index)
      const { name: called, class: sort, depth } = feature.properties
      return { kind: feature.type, name: String(called ?? ''), sort: String(sort ?? ''), depth: Number(depth ?? 0), lines: feature.loadGeometry() }
    })
  }
  return { extent, layers }
}

/** Tiles by z/x/y; `changed` is called when one has arrived. A tile that failed is asked for again after a while. */
export class Tiles {
  private readonly tiles = new Map<string, Tile | null>()

  constructor(
    private readonly map: PublicMap,
    private readonly changed: () => void,
  ) {}

  get deepest(): number {
    return this.map.deepest
  }

  get(z: number, x: number, y: number): Tile | null {
    const side = 2 ** z
    if (y < 0 || y >= side) return null
    const key = `${z}/${((x % side) + side) % side}/${y}`
    const found = this.tiles.get(key)
    if (found !== undefined) return found
    this.tiles.set(key, null)
    void this.fetch(key)
    return null
  }

  private async fetch(key: string): Promise<void> {
    const [z, x, y] = key.split('/')
    const address = this.map.tiles.replace('{z}', z ?? '').replace('{x}', x ?? '').replace('{y}', y ?? '')
    try {
      const answer = await fetch(address)
      if (!answer.ok) throw new Error(String(answer.status))
      this.tiles.set(key, decode(await answer.arrayBuffer()))
      if (this.tiles.size > MOST) this.tiles.delete(this.tiles.keys().next().value ?? '')
      this.changed()
    } catch {
      window.setTimeout(() => this.tiles.delete(key), 4000)
    }
  }
}

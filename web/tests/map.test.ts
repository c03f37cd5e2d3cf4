import { addressOf, layersOf, SETS, sourceOf, type Look } from '@/shared/map/sets'
import { baseStyle } from '@/shared/map/base'
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import type { LayerSpecification, StyleSpecification } from 'maplibre-gl'
import { describe, expect, it } from 'vitest'

const colours = new Proxy({}, { get: () => '#123456' }) as Look['colours']
const look: Look = { colours, fonts: ['Noto Sans SC'], english: false }

describe('the style of the map', () => {
  for (const dark of [false, true]) {
    for (const english of [false, true]) {
      it(`is valid MapLibre style, dark ${dark}, English ${english}, with all sets on it`, () => {
        const base = baseStyle({ ...look, english, dark, grids: true, tiles: 'http://localhost/{z}/{x}/{y}.mvt' })
        const live = Object.fromEntries(['live', 'heat'].map((name) => [name, { type: 'vector', tiles: ['http://localhost/{z}/{x}/{y}'] }]))
        const layers: LayerSpecification[] = [...base.layers, ...SETS.flatMap((set) => layersOf(set, { ...look, english }))]
        const style = { ...base, layers, sources: { ...base.sources, ...live } } as StyleSpecification
        expect(validateStyleMin(style as never).map((error) => error.message)).toEqual([])
        expect(new Set(layers.map((layer) => layer.id)).size).toBe(layers.length)
      })
    }
  }

  it('names no other host and no glyphs', () => {
    const style = baseStyle({ ...look, dark: false, grids: true, tiles: '/api/v1/tiles/base/{z}/{x}/{y}.mvt' })
    expect(style.glyphs).toBeUndefined()
    expect(style.sprite).toBeUndefined()
    expect(JSON.stringify(style)).not.toMatch(/https?:/)
  })
})

describe('the address of tiles', () => {
  it('repeats lists, leaves out what is not given, and names the sets that come together', () => {
    const address = addressOf('live', ['alarms', 'cases', 'heat'], { is_open: true, severity: [1, 2], region: '', q: undefined })
    expect(address).toBe(`${location.origin}/api/v1/tiles/live/{z}/{x}/{y}.mvt?sets=cases&sets=alarms&is_open=true&severity=1&severity=2`)
    expect(addressOf('heat', ['heat'], {})).toBe(`${location.origin}/api/v1/tiles/heat/{z}/{x}/{y}.mvt`)
  })

  it('is one for points and another for heat', () => {
    expect(SETS.map(sourceOf)).toEqual(['heat', 'live', 'live', 'live'])
  })
})

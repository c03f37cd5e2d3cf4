/** What stands on the base: things, alarms, cases and heat, each a source of tiles and the layers that draw it. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import type { Palette } from './palette'

export type SetName = 'heat' | 'things' | 'alarms' | 'cases'
/** From below to above. */
export const SETS: SetName[] = ['heat', 'things', 'cases', 'alarms']
/** These come together, a layer each, on the tiles of one source: a third of the requests, and of the frames drawn. */
export const TOGETHER: SetName[] = ['things', 'cases', 'alarms']
export const DEEPEST = 16
export const sourceOf = (set: SetName): 'live' | 'heat' => (set === 'heat' ? 'heat' : 'live')

export interface Look {
  colours: Palette
  fonts: string[]
  english: boolean
}

const severity: ExpressionSpecification = ['coalesce', ['get', 'severity'], 0]
const isCluster: ExpressionSpecification = ['has', 'count']

/** What one is called, in two lines at most: so many letters of it. */
const SHORT = { zh: 17, en: 34 }

function nameOf(english: boolean): ExpressionSpecification {
  const short = (name: string, most: number): ExpressionSpecification => ['case', ['>', ['length', ['to-string', ['get', name]]], most], ['concat', ['slice', ['to-string', ['get', name]], 0, most - 1], '…'], ['to-string', ['get', name]]]
  const own = short('title', SHORT.zh)
  return english ? ['case', ['to-boolean', ['get', 'title_en']], short('title_en', SHORT.en), own] : own
}

function bySeverity(colours: Palette): ExpressionSpecification {
  return ['match', severity, 1, colours['severity-1'], 2, colours['severity-2'], 3, colours['severity-3'], 4, colours['severity-4'], colours.unknown]
}

function clusters(set: SetName, colours: Palette, fonts: string[]): LayerSpecification[] {
  const source = { source: sourceOf(set), 'source-layer': set, filter: isCluster }
  const worst: ExpressionSpecification = ['match', severity, 1, '\nⅠ', 2, '\nⅡ', 3, '\nⅢ', 4, '\nⅣ', '']
  const quiet = set === 'things'
  const radius: ExpressionSpecification = ['interpolate', ['linear'], ['log10', ['get', 'count']], 0, quiet ? 9 : 12, 1, quiet ? 11 : 15, 2, quiet ? 15 : 20, 3, 26]
  const alarmed: ExpressionSpecification = ['>', severity, 0]
  const count: ExpressionSpecification = ['case', ['<', ['get', 'count'], 1000], ['to-string', ['get', 'count']], ['concat', ['to-string', ['round', ['/', ['get', 'count'], 1000]]], 'k']]
  return [
    {
      id: `${set}-clusters`, type: 'circle', ...source,
      paint: { 'circle-radius': radius, 'circle-color': colours.surface, 'circle-stroke-color': bySeverity(colours), 'circle-stroke-width': ['case', alarmed, 2.5, 1], 'circle-opacity': quiet ? 0.75 : 0.92 },
    },
    {
      id: `${set}-counts`, type: 'symbol', ...source,
      layout: { 'text-field': ['format', count, {}, worst, { 'font-scale': 0.75 }], 'text-font': fonts, 'text-size': quiet ? 11 : 12, 'text-line-height': 1, 'text-allow-overlap': true },
      paint: { 'text-color': quiet ? colours['map-label'] : colours.ink },
    },
  ]
}

function marks(set: 'alarms' | 'cases', { colours, fonts, english }: Look): LayerSpecification[] {
  const kind = set === 'cases' ? 'case' : 'alarm'
  const source = { source: sourceOf(set), 'source-layer': set, filter: ['!', isCluster] as ExpressionSpecification }
  return [
    {
      id: `${set}-marks`, type: 'symbol', ...source,
      layout: {
        'icon-image': ['concat', `${kind}-`, ['to-string', severity]], 'icon-allow-overlap': true, 'icon-ignore-placement': true, 'symbol-sort-key': ['-', 0, severity],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 9, 0.62, 13, 0.85, 16, 1.1],
      },
    },
    {
      id: `${set}-titles`, type: 'symbol', minzoom: 14.5, ...source,
      layout: { 'text-field': nameOf(english), 'text-font': fonts, 'text-size': 11, 'text-offset': [0, 1.3], 'text-anchor': 'top', 'text-max-width': 9, 'text-optional': true },
      paint: { 'text-color': colours.ink, 'text-halo-color': colours.surface, 'text-halo-width': 1.4 },
    },
  ]
}

function dots(colours: Palette): LayerSpecification[] {
  const alarmed: ExpressionSpecification = ['>', severity, 0]
  return [
    {
      id: 'things-marks', type: 'circle', source: sourceOf('things'), 'source-layer': 'things', filter: ['!', isCluster],
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 9, 2, 13, 3.5, 16, 6], 'circle-color': ['case', alarmed, bySeverity(colours), colours.primary],
        'circle-stroke-color': colours.surface, 'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 9, 0.5, 14, 1.5], 'circle-opacity': 0.85,
      },
    },
  ]
}

function heat(colours: Palette): LayerSpecification[] {
  const level: ExpressionSpecification = ['get', 'level']
  const source = { source: 'heat', 'source-layer': 'heat' }
  return [
    { id: 'heat-cells', type: 'fill', ...source, paint: { 'fill-color': colours['severity-2'], 'fill-opacity': ['interpolate', ['linear'], level, 1, 0.1, 5, 0.62] } },
    { id: 'heat-edges', type: 'line', ...source, paint: { 'line-color': colours['severity-2'], 'line-width': 0.5, 'line-opacity': 0.6 } },
  ]
}

export function layersOf(set: SetName, look: Look): LayerSpecification[] {
  if (set === 'heat') return heat(look.colours)
  const single = set === 'things' ? dots(look.colours) : marks(set, look)
  return [...single, ...clusters(set, look.colours, look.fonts)]
}

/** The address of a source's tiles; the browser asks each time whether they changed, and is sent only what did. */
export function addressOf(source: 'live' | 'heat', sets: readonly SetName[], filters: Record<string, unknown>): string {
  const query = new URLSearchParams()
  if (source === 'live') for (const set of TOGETHER) if (sets.includes(set)) query.append('sets', set)
  for (const [name, value] of Object.entries(filters)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== null && one !== '') query.append(name, String(one))
  }
  return `${location.origin}/api/v1/tiles/${source}/{z}/{x}/{y}.mvt?${query}`.replace(/\?$/, '')
}

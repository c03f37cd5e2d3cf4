/**
 * The base of the map: land, water, green, buildings, roads by class, boundaries and names, from our own tiles.
 * What opens a map is kept cheap for machines without a graphics card: each kind of layer is a program that such a machine
 * compiles for a tenth of a second (so no outlines of areas and no dashes far out), and each character is drawn once.
 */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { Palette } from './palette'

export interface BaseOptions {
  tiles: string
  colours: Palette
  dark: boolean
  english: boolean
  fonts: string[]
  grids: boolean
}

const byZoom = (...stops: (number | ExpressionSpecification)[]): ExpressionSpecification =>
  ['interpolate', ['exponential', 1.5], ['zoom'], ...stops] as unknown as ExpressionSpecification
const MAJOR = ['motorway', 'trunk']
const ofClass = (major: number, primary: number, secondary: number, minor: number): ExpressionSpecification =>
  ['match', ['get', 'class'], MAJOR, major, 'primary', primary, ['secondary', 'tertiary'], secondary, minor]
const roadWidth = (more: number) =>
  byZoom(8, ofClass(0.8 + more, 0.5 + more, 0.3, 0.1), 12, ofClass(3 + more, 2.2 + more, 1.4 + more, 0.6 + more), 16, ofClass(12 + more, 9 + more, 7 + more, 4 + more))
const isArea: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon']

function ground({ colours, dark }: BaseOptions): LayerSpecification[] {
  const inside = dark ? 0.05 : 0.6
  return [
    { id: 'land', type: 'background', paint: { 'background-color': colours['map-land'] } },
    { id: 'city', type: 'fill', source: 'base', 'source-layer': 'regions', filter: ['==', ['get', 'depth'], 1], paint: { 'fill-color': '#fff', 'fill-opacity': inside, 'fill-antialias': false } },
    { id: 'green', type: 'fill', source: 'base', 'source-layer': 'green', paint: { 'fill-color': colours['map-green'], 'fill-antialias': false } },
    { id: 'water', type: 'fill', source: 'base', 'source-layer': 'water', filter: isArea, paint: { 'fill-color': colours['map-water'], 'fill-antialias': false } },
    { id: 'shores', type: 'line', source: 'base', 'source-layer': 'water', filter: isArea, paint: { 'line-color': colours['map-water'], 'line-width': 1 } },
    {
      id: 'streams', type: 'line', source: 'base', 'source-layer': 'water', filter: ['!', isArea],
      paint: { 'line-color': colours['map-water'], 'line-width': byZoom(8, 0.6, 14, ['match', ['get', 'class'], 'river', 7, 'canal', 4, 2]) },
    },
    {
      id: 'buildings', type: 'fill', source: 'base', 'source-layer': 'buildings', minzoom: 13,
      paint: { 'fill-color': colours['map-building'], 'fill-antialias': false, 'fill-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0, 14, 1] },
    },
  ]
}

function roads({ colours }: BaseOptions): LayerSpecification[] {
  const common = { type: 'line', source: 'base', 'source-layer': 'roads' } as const
  const onFoot: ExpressionSpecification = ['match', ['get', 'class'], ['path', 'rail'], true, false]
  const layout = { 'line-cap': 'round', 'line-join': 'round' } as const
  return [
    { id: 'paths', ...common, filter: onFoot, minzoom: 13, paint: { 'line-color': colours['map-road-case'], 'line-width': byZoom(13, 0.8, 16, 2), 'line-dasharray': [3, 2] } },
    { id: 'road-cases', ...common, filter: ['!', onFoot], layout, paint: { 'line-color': colours['map-road-case'], 'line-width': roadWidth(1.2) } },
    { id: 'roads', ...common, filter: ['!', onFoot], layout, minzoom: 10, paint: { 'line-color': colours['map-road-1'], 'line-width': roadWidth(0) } },
  ]
}

function borders({ colours, grids }: BaseOptions): LayerSpecification[] {
  const depth: ExpressionSpecification = ['get', 'depth']
  const found: LayerSpecification[] = [
    {
      id: 'borders-inner', type: 'line', source: 'base', 'source-layer': 'regions', filter: ['>', depth, 2], minzoom: 9,
      paint: { 'line-color': colours['map-boundary'], 'line-width': 0.7, 'line-opacity': 0.5 },
    },
    {
      id: 'borders', type: 'line', source: 'base', 'source-layer': 'regions', filter: ['<=', depth, 2],
      paint: { 'line-color': colours['map-boundary'], 'line-width': ['match', depth, 1, 1.8, 1.1], 'line-opacity': 0.85 },
    },
  ]
  if (grids) {
    const paint = { 'line-color': colours['map-boundary'], 'line-width': 0.5, 'line-opacity': 0.45 }
    found.unshift({ id: 'grids', type: 'line', source: 'base', 'source-layer': 'grids', minzoom: 12, paint })
  }
  return found
}

function names({ colours, english, fonts, grids }: BaseOptions): LayerSpecification[] {
  const name: ExpressionSpecification = english ? ['coalesce', ['get', 'name_en'], ['get', 'name']] : ['get', 'name']
  const paint = { 'text-color': colours['map-label'], 'text-halo-color': colours['map-land'], 'text-halo-width': 1.4 }
  const quiet = { ...paint, 'text-opacity': 0.75 }
  const text = { 'text-field': name, 'text-font': fonts, 'text-max-width': 8 } as const
  const found: LayerSpecification[] = [
    {
      id: 'road-names', type: 'symbol', source: 'base', 'source-layer': 'roads', minzoom: 13, filter: ['has', 'name'],
      layout: { ...text, 'symbol-placement': 'line', 'text-size': 11, 'symbol-spacing': 350, 'text-padding': 8 }, paint: quiet,
    },
    {
      id: 'water-names', type: 'symbol', source: 'base', 'source-layer': 'water', minzoom: 9, filter: ['has', 'name'],
      layout: { ...text, 'text-size': 12, 'text-letter-spacing': 0.2, 'text-padding': 60 }, paint: quiet,
    },
    { id: 'place-names', type: 'symbol', source: 'base', 'source-layer': 'labels', minzoom: 11, layout: { ...text, 'text-size': 11, 'text-padding': 6 }, paint: quiet },
    {
      id: 'region-names', type: 'symbol', source: 'base', 'source-layer': 'region_labels',
      layout: { ...text, 'symbol-sort-key': ['get', 'depth'], 'text-size': ['match', ['get', 'depth'], 1, 15, 2, 13.5, 12], 'text-padding': 4 },
      filter: ['match', ['get', 'depth'], 1, ['<', ['zoom'], 7], 2, true, 3, ['>=', ['zoom'], 10.5], ['>=', ['zoom'], 12.6]],
      paint,
    },
  ]
  if (grids) found.push({ id: 'grid-names', type: 'symbol', source: 'base', 'source-layer': 'grid_labels', minzoom: 15.5, layout: { ...text, 'text-size': 11 }, paint: quiet })
  return found
}

/** The whole style. Without `glyphs` MapLibre draws every character with the reader's own fonts. */
export function baseStyle(options: BaseOptions): StyleSpecification {
  return {
    version: 8,
    sources: { base: { type: 'vector', tiles: [options.tiles], minzoom: 0, maxzoom: 14 } },
    layers: [...ground(options), ...roads(options), ...borders(options), ...names(options)],
  }
}

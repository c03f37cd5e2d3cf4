/** One MapLibre map on the city's own tiles: makes it, changes its layers, says what was clicked. No Vue here. */
import { Map, NavigationControl, setWorkerUrl, type FilterSpecification, type LngLatBoundsLike, type MapMouseEvent } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { baseStyle } from './base'
import { fonts, palette, type Palette } from './palette'
import { addressOf, DEEPEST, layersOf, SETS, type SetName } from './sets'
import { addShapes } from './shapes'

setWorkerUrl(workerUrl)

export interface MapFacts {
  tiles: string
  bbox: number[] | null
  grids: boolean
}

export interface DrawingOptions {
  container: HTMLElement
  facts: MapFacts
  dark: boolean
  english: boolean
  interactive: boolean
  center?: [number, number] | undefined
  zoom?: number | undefined
  texts: { zoomIn: string; zoomOut: string; label: string }
}

export type Pick = { kind: 'case' | 'thing' | 'alarm' | 'region'; id: string }
const KINDS = { cases: 'case', alarms: 'alarm', things: 'thing' } as const
const REACH = 6

export class Drawing {
  readonly map: Map
  private readonly colours: Palette
  private readonly fonts = fonts()
  private beat = 0
  private shown = new Set<SetName>()
  private filters: Partial<Record<SetName, Record<string, unknown>>> = {}

  constructor(options: DrawingOptions) {
    const { facts, dark, english, interactive, center, zoom, texts } = options
    this.colours = palette(dark)
    const tiles = new URL(facts.tiles, location.origin).href.replaceAll('%7B', '{').replaceAll('%7D', '}')
    const start = center ? { center, zoom: zoom ?? 14 } : facts.bbox ? { bounds: facts.bbox as unknown as LngLatBoundsLike, fitBoundsOptions: { padding: 24 } } : { center: [105, 35] as [number, number], zoom: 3 }
    this.map = new Map({
      container: options.container,
      style: baseStyle({ tiles, colours: this.colours, dark, english, fonts: this.fonts, grids: facts.grids }),
      ...start,
      interactive,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      maxZoom: 19,
      renderWorldCopies: false,
      locale: { 'NavigationControl.ZoomIn': texts.zoomIn, 'NavigationControl.ZoomOut': texts.zoomOut, 'Map.Title': texts.label },
    })
    this.map.touchZoomRotate.disableRotation()
    this.map.keyboard.disableRotation()
    if (interactive) this.map.addControl(new NavigationControl({ showCompass: false }), 'bottom-right')
  }

  /** Runs once the style is there: MapLibre takes no layers before. */
  whenReady(run: () => void): void {
    if (this.map.isStyleLoaded()) run()
    else this.map.once('style.load', run)
  }

  showSets(wanted: readonly SetName[]): void {
    addShapes(this.map, this.colours)
    for (const set of SETS) {
      if (wanted.includes(set) && !this.shown.has(set)) this.add(set)
      else if (!wanted.includes(set) && this.shown.has(set)) this.drop(set)
    }
  }

  /** What a set is asked for; the same again asks nothing. */
  setFilters(set: SetName, filters: Record<string, unknown>): void {
    if (JSON.stringify(this.filters[set] ?? {}) === JSON.stringify(filters)) return
    this.filters[set] = filters
    this.reload(set)
  }

  /** Something may have changed: ask for the tiles again; what is drawn stays until they are there. */
  refresh(sets: readonly SetName[] = SETS): void {
    this.beat += 1
    for (const set of sets) this.reload(set)
  }

  private reload(set: SetName): void {
    const source = this.shown.has(set) ? this.map.getSource(set) : undefined
    if (source && 'setTiles' in source) (source as unknown as { setTiles(tiles: string[]): void }).setTiles([addressOf(set, this.filters[set] ?? {}, this.beat)])
  }

  private add(set: SetName): void {
    this.shown.add(set)
    this.map.addSource(set, { type: 'vector', tiles: [addressOf(set, this.filters[set] ?? {}, this.beat)], minzoom: 0, maxzoom: DEEPEST })
    const above = SETS.slice(SETS.indexOf(set) + 1).filter((one) => this.shown.has(one))
    const before = above.map((one) => layersOf(one, this.colours, this.fonts)[0]?.id).find((id) => id && this.map.getLayer(id))
    for (const layer of layersOf(set, this.colours, this.fonts)) this.map.addLayer(layer, set === 'heat' ? 'borders-inner' : before)
  }

  private drop(set: SetName): void {
    this.shown.delete(set)
    for (const layer of layersOf(set, this.colours, this.fonts)) if (this.map.getLayer(layer.id)) this.map.removeLayer(layer.id)
    if (this.map.getSource(set)) this.map.removeSource(set)
  }

  /** Only some severities of a set are drawn (null: all). */
  filterSeverity(set: 'alarms' | 'cases', kept: number[] | null): void {
    const filter = (base: FilterSpecification): FilterSpecification => (kept ? (['all', base, ['in', ['get', 'severity'], ['literal', kept]]] as FilterSpecification) : base)
    for (const part of ['marks', 'titles']) if (this.map.getLayer(`${set}-${part}`)) this.map.setFilter(`${set}-${part}`, filter(['!', ['has', 'count']]))
  }

  private under(event: MapMouseEvent) {
    const { x, y } = event.point
    const box: [[number, number], [number, number]] = [[x - REACH, y - REACH], [x + REACH, y + REACH]]
    const layers = SETS.flatMap((set) => [`${set}-marks`, `${set}-clusters`]).concat('region-names').filter((id) => this.map.getLayer(id))
    return this.map.queryRenderedFeatures(box, { layers })[0]
  }

  touches(event: MapMouseEvent): boolean {
    return Boolean(this.under(event))
  }

  /** What a click means: a cluster opens up, an object is picked, a region's name too. */
  picked(event: MapMouseEvent): Pick | null {
    const first = this.under(event)
    if (!first) return null
    if (first.properties.count !== undefined) {
      this.map.easeTo({ center: event.lngLat, zoom: Math.min(this.map.getZoom() + 2, 17) })
      return null
    }
    if (first.layer.id === 'region-names') return { kind: 'region', id: String(first.properties.code) }
    const kind = KINDS[first.source as keyof typeof KINDS]
    return kind ? { kind, id: String(first.properties.id) } : null
  }

  /** A ring around one place; null takes it away. */
  focus(place: { lon: number; lat: number } | null): void {
    const data = { type: 'FeatureCollection' as const, features: place ? [{ type: 'Feature' as const, properties: {}, geometry: { type: 'Point' as const, coordinates: [place.lon, place.lat] } }] : [] }
    const source = this.map.getSource('focus')
    if (source && 'setData' in source) (source as unknown as { setData(data: unknown): void }).setData(data)
    else {
      this.map.addSource('focus', { type: 'geojson', data })
      const paint = { 'circle-radius': 13, 'circle-color': this.colours.primary, 'circle-opacity': 0.18, 'circle-stroke-color': this.colours.primary, 'circle-stroke-width': 2.5 }
      this.map.addLayer({ id: 'focus', type: 'circle', source: 'focus', paint })
      this.map.addLayer({ id: 'focus-point', type: 'circle', source: 'focus', paint: { 'circle-radius': 4, 'circle-color': this.colours.primary, 'circle-stroke-color': this.colours.surface, 'circle-stroke-width': 1.5 } })
    }
  }

  remove(): void {
    this.map.remove()
  }
}

/** One MapLibre map on the city's own tiles: makes it, changes its layers, says what was clicked. No Vue here. */
import { Map, NavigationControl, setWorkerUrl, type LngLatBoundsLike, type MapMouseEvent } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { baseStyle } from './base'
import { fonts, palette } from './palette'
import { addressOf, DEEPEST, layersOf, SETS, sourceOf, type Look, type SetName } from './sets'
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
  padding?: Padding | undefined
  texts: { zoomIn: string; zoomOut: string; label: string }
}

type Padding = { top: number; right: number; bottom: number; left: number }

export type Pick = { kind: 'case' | 'thing' | 'alarm' | 'region'; id: string }
const KINDS = { cases: 'case', alarms: 'alarm', things: 'thing' } as const
const REACH = 6
/** So long at most the first picture waits for the last tile of what was asked for. */
const HELD_MS = 1500
/** Names and marks find their places in the frame after the last tile. */
const SETTLED = 2
const EVEN: Padding = { top: 24, right: 24, bottom: 24, left: 24 }

export class Drawing {
  readonly map: Map
  private readonly look: Look
  private shown = new Set<SetName>()
  private filters: Record<string, unknown> = {}
  private isAsked = false
  private hasPainted = false

  constructor(options: DrawingOptions) {
    const { facts, dark, english, interactive, center, zoom, padding = EVEN, texts } = options
    this.look = { colours: palette(dark), fonts: fonts(), english }
    const tiles = new URL(facts.tiles, location.origin).href.replaceAll('%7B', '{').replaceAll('%7D', '}')
    const start = center ? { center, zoom: zoom ?? 14 } : facts.bbox ? { bounds: facts.bbox as unknown as LngLatBoundsLike, fitBoundsOptions: { padding } } : { center: [105, 35] as [number, number], zoom: 3 }
    this.map = new Map({
      container: options.container,
      style: baseStyle({ ...this.look, tiles, dark, grids: facts.grids }),
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
    this.hold()
  }

  /**
   * The first picture is painted once, whole: without a graphics card every frame is a tenth of a second in which the page
   * stands still, and MapLibre paints one for each tile that comes. On a slow line what is there is painted after a while.
   */
  private hold(): void {
    const { painter } = this.map
    const paint = painter.render.bind(painter)
    const until = performance.now() + HELD_MS
    let complete = 0
    painter.render = (...frame) => {
      complete = this.isComplete() ? complete + 1 : 0
      if (complete < SETTLED && performance.now() < until) {
        if (complete) this.map.triggerRepaint()
        return
      }
      painter.render = paint
      this.hasPainted = true
      paint(...frame)
    }
    window.setTimeout(() => !this.hasPainted && this.map.triggerRepaint(), HELD_MS)
  }

  /** Whether every source that was asked for is there with all its tiles. */
  private isComplete(): boolean {
    return this.isAsked && ['base', ...new Set([...this.shown].map(sourceOf))].every((name) => this.map.getSource(name) && this.map.isSourceLoaded(name))
  }

  /** Whether what stands on the canvas is all that was asked for. */
  get isDrawn(): boolean {
    return this.hasPainted && this.isComplete()
  }

  /** Runs once the style is there: MapLibre takes no layers before. */
  whenReady(run: () => void): void {
    if (this.map.isStyleLoaded()) run()
    else this.map.once('style.load', run)
  }

  showSets(wanted: readonly SetName[]): void {
    addShapes(this.map, this.look.colours)
    const changed = SETS.filter((set) => wanted.includes(set) !== this.shown.has(set))
    this.shown = new Set(wanted)
    for (const source of new Set(changed.map(sourceOf))) this.ask(source)
    for (const set of changed) if (this.shown.has(set)) this.add(set)
      else this.drop(set)
    this.isAsked = true
  }

  /** What is asked for: cases by the filter of their list, alarms by its severity and region, things by its region. */
  setFilters(filters: Record<string, unknown>): void {
    if (JSON.stringify(this.filters) === JSON.stringify(filters)) return
    this.filters = filters
    this.refresh()
  }

  /** Something may have changed: ask for the tiles again; what is drawn stays until they are there. */
  refresh(sets: readonly SetName[] = SETS): void {
    for (const source of new Set(sets.filter((set) => this.shown.has(set)).map(sourceOf))) this.ask(source)
  }

  private ask(name: 'live' | 'heat'): void {
    if (![...this.shown].some((set) => sourceOf(set) === name)) return
    const filters = name === 'heat' ? { ...this.filters, is_open: undefined, overdue: undefined } : this.filters
    const tiles = [addressOf(name, [...this.shown], filters)]
    const source = this.map.getSource(name)
    if (source && 'setTiles' in source) (source as unknown as { setTiles(tiles: string[]): void }).setTiles(tiles)
    else this.map.addSource(name, { type: 'vector', tiles, minzoom: 0, maxzoom: name === 'heat' ? 14 : DEEPEST })
  }

  private add(set: SetName): void {
    const above = SETS.slice(SETS.indexOf(set) + 1).filter((one) => this.shown.has(one))
    const before = above.map((one) => layersOf(one, this.look)[0]?.id).find((id) => id && this.map.getLayer(id))
    for (const layer of layersOf(set, this.look)) this.map.addLayer(layer, set === 'heat' ? 'borders-inner' : before)
  }

  private drop(set: SetName): void {
    for (const layer of layersOf(set, this.look)) if (this.map.getLayer(layer.id)) this.map.removeLayer(layer.id)
    const source = sourceOf(set)
    if (this.map.getSource(source) && ![...this.shown].some((one) => sourceOf(one) === source)) this.map.removeSource(source)
  }

  private under(event: MapMouseEvent) {
    const { x, y } = event.point
    const box: [[number, number], [number, number]] = [[x - REACH, y - REACH], [x + REACH, y + REACH]]
    const layers = SETS.flatMap((set) => [`${set}-marks`, `${set}-clusters`]).concat('region-names').filter((id) => this.map.getLayer(id))
    return this.map.queryRenderedFeatures(box, { layers })[0]
  }

  /** What the pointer is on: its name, or "" for a cluster; null on nothing that can be clicked. */
  hovered(event: MapMouseEvent): string | null {
    const found = this.under(event)
    if (!found) return null
    const { title, title_en: english, thing_name: thing } = found.properties as Record<string, string | undefined>
    const name = (this.look.english && english) || title
    return name ? [name, thing].filter(Boolean).join(' · ') : ''
  }

  /** The whole city. */
  whole(bbox: number[], padding: Padding = EVEN): void {
    this.map.fitBounds(bbox as unknown as LngLatBoundsLike, { padding })
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
    const kind = KINDS[first.sourceLayer as keyof typeof KINDS]
    return kind ? { kind, id: String(first.properties.id) } : null
  }

  /** A ring around one place; null takes it away. */
  focus(place: { lon: number; lat: number } | null): void {
    const data = { type: 'FeatureCollection' as const, features: place ? [{ type: 'Feature' as const, properties: {}, geometry: { type: 'Point' as const, coordinates: [place.lon, place.lat] } }] : [] }
    const source = this.map.getSource('focus')
    if (source && 'setData' in source) (source as unknown as { setData(data: unknown): void }).setData(data)
    else {
      this.map.addSource('focus', { type: 'geojson', data })
      const paint = { 'circle-radius': 13, 'circle-color': this.look.colours.primary, 'circle-opacity': 0.18, 'circle-stroke-color': this.look.colours.primary, 'circle-stroke-width': 2.5 }
      this.map.addLayer({ id: 'focus', type: 'circle', source: 'focus', paint })
      this.map.addLayer({ id: 'focus-point', type: 'circle', source: 'focus', paint: { 'circle-radius': 4, 'circle-color': this.look.colours.primary, 'circle-stroke-color': this.look.colours.surface, 'circle-stroke-width': 1.5 } })
    }
  }

  remove(): void {
    this.map.remove()
  }
}

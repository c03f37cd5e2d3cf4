/** Draws the base of the city on a canvas: land, green, water, buildings, roads, boundaries, names. */
import { TILE, toWorld, type View } from './projection'
import type { Feature, Tile, Tiles } from './tiles'

const ROADS: [RegExp, number][] = [[/motorway|trunk|express/, 6], [/primary|arterial/, 5], [/secondary/, 4], [/tertiary/, 3]]
const roadWidth = (sort: string) => ROADS.find(([pattern]) => pattern.test(sort))?.[1] ?? 2

interface Colours { land: string; green: string; water: string; building: string; road: string; casing: string; boundary: string; label: string }

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element)
  const of = (name: string) => style.getPropertyValue(name).trim()
  return {
    land: of('--map-land'), green: of('--map-green'), water: of('--map-water'), building: of('--map-building'), road: of('--map-road-1'),
    casing: of('--map-road-case'), boundary: of('--map-boundary'), label: of('--map-label'),
  }
}

interface Placed { tile: Tile; left: number; top: number; scale: number }

function placed(tiles: Tiles, view: View, width: number, height: number): Placed[] {
  const z = Math.max(0, Math.min(tiles.deepest, Math.round(view.zoom)))
  const side = TILE * 2 ** (view.zoom - z)
  const [x, y] = toWorld(view.lon, view.lat)
  const [midX, midY] = [x * 2 ** z, y * 2 ** z]
  const [across, down] = [width / 2 / side, height / 2 / side]
  const found: Placed[] = []
  for (let row = Math.floor(midY - down); row <= Math.floor(midY + down); row++) {
    for (let column = Math.floor(midX - across); column <= Math.floor(midX + across); column++) {
      const tile = tiles.get(z, column, row)
      if (tile) found.push({ tile, left: width / 2 + (column - midX) * side, top: height / 2 + (row - midY) * side, scale: side / tile.extent })
    }
  }
  return found
}

function trace(pen: CanvasRenderingContext2D, at: Placed, feature: Feature, closed: boolean): void {
  for (const line of feature.lines) {
    line.forEach((point, index) => {
      const [x, y] = [at.left + point.x * at.scale, at.top + point.y * at.scale]
      if (index) pen.lineTo(x, y)
      else pen.moveTo(x, y)
    })
    if (closed) pen.closePath()
  }
}

function fill(pen: CanvasRenderingContext2D, all: Placed[], layer: string, colour: string): void {
  pen.fillStyle = colour
  for (const at of all) {
    pen.beginPath()
    for (const feature of at.tile.layers[layer] ?? []) if (feature.kind === 3) trace(pen, at, feature, true)
    pen.fill('evenodd')
  }
}

function stroke(pen: CanvasRenderingContext2D, all: Placed[], layer: string, colour: string, width: (feature: Feature) => number, dash: number[] = []): void {
  pen.strokeStyle = colour
  pen.setLineDash(dash)
  pen.lineJoin = pen.lineCap = 'round'
  for (const at of all) {
    const groups = new Map<number, Feature[]>()
    for (const feature of at.tile.layers[layer] ?? []) {
      const wide = feature.kind === 1 ? 0 : width(feature)
      if (wide > 0) groups.set(wide, [...(groups.get(wide) ?? []), feature])
    }
    for (const [wide, features] of groups) {
      pen.lineWidth = wide
      pen.beginPath()
      for (const feature of features) trace(pen, at, feature, feature.kind === 3)
      pen.stroke()
    }
  }
  pen.setLineDash([])
}

function names(pen: CanvasRenderingContext2D, all: Placed[], zoom: number, colours: Colours): void {
  const taken: [number, number, number, number][] = []
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.lineWidth = 3
  pen.strokeStyle = colours.land
  pen.fillStyle = colours.label
  const write = (text: string, x: number, y: number, size: number) => {
    pen.font = `${size}px ${getComputedStyle(document.body).fontFamily}`
    const half = pen.measureText(text).width / 2 + 6
    const box: [number, number, number, number] = [x - half, y - size, x + half, y + size]
    if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return
    taken.push(box)
    pen.strokeText(text, x, y)
    pen.fillText(text, x, y)
  }
  for (const layer of ['region_labels', 'labels', 'roads']) {
    for (const at of all) {
      for (const feature of at.tile.layers[layer] ?? []) {
        const line = feature.lines[0] ?? []
        const point = line[Math.floor(line.length / 2)]
        if (!feature.name || !point || (layer === 'roads' && (zoom < 13.5 || line.length < 2))) continue
        write(feature.name, at.left + point.x * at.scale, at.top + point.y * at.scale, layer === 'region_labels' ? 14 : 12)
      }
    }
  }
}

/** One picture of the view; what has not arrived yet is left out. */
export function draw(pen: CanvasRenderingContext2D, tiles: Tiles | null, view: View, width: number, height: number, colours: Colours): void {
  pen.fillStyle = colours.land
  pen.fillRect(0, 0, width, height)
  if (!tiles) return
  const all = placed(tiles, view, width, height)
  const grown = Math.max(0.5, 2 ** ((view.zoom - 14) / 2))
  fill(pen, all, 'green', colours.green)
  fill(pen, all, 'water', colours.water)
  stroke(pen, all, 'water', colours.water, (feature) => (feature.kind === 2 ? 3 * grown : 0))
  fill(pen, all, 'buildings', colours.building)
  stroke(pen, all, 'roads', colours.casing, (feature) => roadWidth(feature.sort) * grown + 2)
  stroke(pen, all, 'roads', colours.road, (feature) => roadWidth(feature.sort) * grown)
  stroke(pen, all, 'regions', colours.boundary, (feature) => (feature.depth <= 2 ? 1.4 : 0.8), [5, 4])
  names(pen, all, view.zoom, colours)
}

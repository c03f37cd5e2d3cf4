/** Web Mercator in fractions of the world: (0, 0) in the north-west, (1, 1) in the south-east. */
export interface View {
  lon: number
  lat: number
  zoom: number
}

export const TILE = 512
const LIMIT = 85.05112878

export function toWorld(lon: number, lat: number): [number, number] {
  const sine = Math.sin((Math.max(-LIMIT, Math.min(LIMIT, lat)) * Math.PI) / 180)
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)]
}

export function toPlace(x: number, y: number): [number, number] {
  return [(x - 0.5) * 360, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI]
}

/** The view after its middle went by so many pixels. */
export function moved(view: View, dx: number, dy: number): View {
  const size = TILE * 2 ** view.zoom
  const [x, y] = toWorld(view.lon, view.lat)
  const [lon, lat] = toPlace(x + dx / size, Math.max(0, Math.min(1, y + dy / size)))
  return { lon, lat, zoom: view.zoom }
}

/** The view at another zoom, with the point at these pixels from the middle staying where it is. */
export function zoomed(view: View, zoom: number, dx = 0, dy = 0): View {
  const kept = moved(view, dx, dy)
  return moved({ ...kept, zoom }, -dx, -dy)
}

export function metresPerPixel(view: View): number {
  return (40_075_016.7 * Math.cos((view.lat * Math.PI) / 180)) / (TILE * 2 ** view.zoom)
}

/** The view that shows a box (west, south, east, north). */
export function viewOf(box: readonly number[], width: number, height: number): View {
  const [west = 0, south = 0, east = 0, north = 0] = box
  const [x1, y1] = toWorld(west, north)
  const [x2, y2] = toWorld(east, south)
  const zoom = Math.log2(Math.min(width / Math.max(x2 - x1, 1e-9), height / Math.max(y2 - y1, 1e-9)) / TILE)
  const [lon, lat] = toPlace((x1 + x2) / 2, (y1 + y2) / 2)
  return { lon, lat, zoom: Math.max(2, Math.min(17, zoom - 0.1)) }
}

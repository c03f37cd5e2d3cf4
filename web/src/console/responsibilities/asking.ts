/** The question "who would get this?" as it stands in the address, so that it can be sent to a colleague. */
import type { Schemas } from '@/shared/api/client'

export const ASKED = { ask: '', where: '', point: '' }
export type Asked = typeof ASKED
export interface Place {
  lon: number
  lat: number
}

const within = (value: number, most: number) => Number.isFinite(value) && Math.abs(value) <= most

/** "112.87476,30.95203"; null for what is no place on earth. */
export function placeOf(text: string): Place | null {
  const [lon, lat, ...more] = text.split(',').map((part) => (part.trim() ? Number(part) : Number.NaN))
  return lon !== undefined && lat !== undefined && !more.length && within(lon, 180) && within(lat, 90) ? { lon, lat } : null
}
/** To about a metre. */
export const pointText = ({ lon, lat }: Place): string => `${lon.toFixed(5)},${lat.toFixed(5)}`

/** The API's question; null while no kind is chosen. A point says more than a region, so it wins. */
export function questionOf(asked: Asked): Pick<Schemas['Rehearsal'], 'case_type' | 'region' | 'lon' | 'lat'> | null {
  if (!asked.ask) return null
  const place = placeOf(asked.point)
  return { case_type: asked.ask, region: place ? '' : asked.where, ...(place ?? {}) }
}

/** Metres between two points (lon, lat in degrees) on the sphere: the haversine formula. */
const EARTH_M = 6_371_008.8
const rad = (degrees: number): number => (degrees * Math.PI) / 180

export function distance(from: readonly [number, number], to: readonly [number, number]): number {
  const [lat1, lat2] = [rad(from[1]), rad(to[1])]
  const half = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin(rad(to[0] - from[0]) / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.sqrt(half))
}

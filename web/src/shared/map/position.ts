/** Where the device says that it stands, in degrees (WGS 84) and metres; rejects with why it does not say it. */
export interface Position {
  lon: number
  lat: number
  /** How far off it may be, in metres. */
  precision: number
}

export type NoPosition = 'denied' | 'unavailable'

export function ownPosition(): Promise<Position> {
  return new Promise((resolve, reject: (why: NoPosition) => void) => {
    if (!navigator.geolocation) return reject('unavailable')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lon: coords.longitude, lat: coords.latitude, precision: Math.max(5, Math.round(coords.accuracy)) }),
      (error) => reject(error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable'),
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
    )
  })
}

/** Whoever has allowed it before need not be asked. */
export async function isPositionAllowed(): Promise<boolean> {
  const allowed = await navigator.permissions?.query({ name: 'geolocation' }).catch(() => null)
  return allowed?.state === 'granted'
}

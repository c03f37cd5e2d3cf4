/** What is kept in this browser of what somebody typed: by person and form, for fourteen days. */
const PREFIX = 'citybrain.draft/'
const DAY = 24 * 3_600_000
const KEPT = 14 * DAY

export interface Kept<T> {
  values: T
  /** Wall time: drafts age by the machine, not by the city. */
  savedAt: number
}

export const keyOf = (person: string, ...parts: string[]): string => PREFIX + [person, ...parts].join('/')

/** What no browser keeps, whatever form it stands in. */
const withoutSecrets = (name: string, value: unknown): unknown => (/password|secret/i.test(name) ? undefined : value)
export const textOf = (values: object): string => JSON.stringify(values, withoutSecrets)

export function readKept<T extends Kept<object>>(key: string, now = Date.now()): T | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as T | null
    return kept && typeof kept.savedAt === 'number' && now - kept.savedAt <= KEPT ? kept : null
  } catch {
    return null
  }
}

export function writeKept(key: string, kept: Kept<object>): boolean {
  try {
    localStorage.setItem(key, textOf(kept))
    return true
  } catch {
    return false // full or forbidden
  }
}

export function dropKept(key: string): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // nothing was kept
  }
}

/** Drafts that nobody came back to go with time. */
export function sweepKept(now = Date.now()): void {
  try {
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) if (!readKept(key, now)) localStorage.removeItem(key)
  } catch {
    // a browser without storage keeps nothing
  }
}

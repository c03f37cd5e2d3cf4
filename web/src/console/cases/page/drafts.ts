/** What somebody began to write on a case is kept in this browser, for each step and each person, until it is sent. */
import { emptyValues, type Values } from './steps'

export interface Draft {
  values: Values
  /** The revision of the case that the writer had before him. */
  revision: number
  /** Wall time: drafts age by the machine, not by the city. */
  savedAt: number
}

const PREFIX = 'citybrain.draft/'
const DAY = 24 * 3_600_000
const KEPT = 14 * DAY
/** Uploads that were not sent are swept after a day. */
const PHOTOS_KEPT = 20 * 3_600_000

export const draftKey = (person: string, number: string, step: string): string => `${PREFIX}${person}/${number}/${step}`

export function isEmpty(values: Values): boolean {
  return JSON.stringify(values) === JSON.stringify(emptyValues())
}

export function readDraft(key: string, now = Date.now()): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(key) ?? 'null') as Draft | null
    if (!draft || typeof draft.savedAt !== 'number' || now - draft.savedAt > KEPT) return null
    const values = { ...emptyValues(), ...draft.values }
    return { ...draft, values: now - draft.savedAt > PHOTOS_KEPT ? { ...values, evidence: [] } : values }
  } catch {
    return null
  }
}

export function writeDraft(key: string, values: Values, revision: number, now = Date.now()): boolean {
  try {
    localStorage.setItem(key, JSON.stringify({ values, revision, savedAt: now } satisfies Draft))
    return true
  } catch {
    return false // full or forbidden: the form says that nothing is kept
  }
}

export function dropDraft(key: string): void {
  try {
    localStorage.removeItem(key)
  } catch {
    // nothing was kept
  }
}

/** Drafts that nobody came back to go with time. */
export function sweepDrafts(now = Date.now()): void {
  try {
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(PREFIX))) if (!readDraft(key, now)) localStorage.removeItem(key)
  } catch {
    // a browser without storage keeps nothing
  }
}

/** What somebody began to write on a case is kept in this browser, for each step and each person, until it is sent. */
import { dropKept, keyOf, readKept, sweepKept, writeKept, type Kept } from '../../parts/drafts'
import { emptyValues, type Values } from './steps'

export interface Draft extends Kept<Values> {
  /** The revision of the case that the writer had before him. */
  revision: number
}

/** Uploads that were not sent are swept after a day. */
const PHOTOS_KEPT = 20 * 3_600_000

export const draftKey = (person: string, number: string, step: string): string => keyOf(person, number, step)

export function isEmpty(values: Values): boolean {
  return JSON.stringify(values) === JSON.stringify(emptyValues())
}

export function readDraft(key: string, now = Date.now()): Draft | null {
  const draft = readKept<Draft>(key, now)
  if (!draft) return null
  const values = { ...emptyValues(), ...draft.values }
  return { ...draft, values: now - draft.savedAt > PHOTOS_KEPT ? { ...values, evidence: [] } : values }
}

/** False when the browser keeps nothing: the form says so. */
export function writeDraft(key: string, values: Values, revision: number, now = Date.now()): boolean {
  return writeKept(key, { values, revision, savedAt: now } as Draft)
}

export const dropDraft = dropKept
export const sweepDrafts = sweepKept

/** What is being granted, while it is being filled in. */
export interface Draft {
  role: string
  /** Paths; / is everything. */
  organisation: string
  region: string
  level: number
  /** A day, or nothing. */
  until: string
}

export const emptyDraft = (): Draft => ({ role: '', organisation: '/', region: '/', level: 2, until: '' })

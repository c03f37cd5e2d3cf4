/**
 * Who opens the address of a case straight away waits for the page, the session and the case: all three are asked for at
 * once. What was asked early is taken once, by the page that asked for the same case; a refusal is asked again there.
 */
import { api, type Schemas } from '@/shared/api/client'

interface Early {
  number: string
  case: Promise<Schemas['CaseDetail'] | null>
  entries: Promise<Schemas['EntryShown'][] | null>
}

let early: Early | null = null

export function numberIn(path: string): string {
  return /^\/console\/cases\/([\w-]+)\/?$/.exec(path)?.[1]?.toUpperCase() ?? ''
}

export function askEarly(path: string): void {
  const number = numberIn(path)
  if (!number) return
  const params = { params: { path: { number } } }
  early = {
    number,
    case: api.GET('/api/v1/cases/{number}', params).then((answer) => answer.data ?? null, () => null),
    entries: api.GET('/api/v1/cases/{number}/timeline', params).then((answer) => answer.data ?? null, () => null),
  }
}

export function takeEarly(number: string): Early | null {
  const mine = early?.number === number ? early : null
  early = null
  return mine
}

/** What an alarm led to, out of the chain of facts. */
import type { Schemas } from '@/shared/api/client'

export type Fact = Schemas['FactOut']

const ORDER = ['reading', 'alarm', 'signal', 'case', 'assignment']

/** The facts of a chain from cause to effect, each kind once in a row, the alarm itself left out. */
export function stepsOf(chain: Schemas['ChainOut']): Fact[] {
  return chain.facts
    .filter((fact) => fact.ref !== chain.root)
    .sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) || (one.at ?? '').localeCompare(other.at ?? ''))
}

export function caseOf(chain: Schemas['ChainOut'] | null): Fact | null {
  return chain?.facts.find((fact) => fact.kind === 'case' && !fact.withheld) ?? null
}

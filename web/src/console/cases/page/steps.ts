/** What the viewer may do with a case: which step comes first, how the others are grouped, what a step's form asks. */
import type { Schemas } from '@/shared/api/client'

export type Case = Schemas['CaseDetail']
export type Step = Schemas['PossibleShown']
export type Group = 'do' | 'pass' | 'time' | 'watch' | 'end'
export type Field = 'organisation' | 'into' | 'duration' | 'reason' | 'note' | 'summary' | 'evidence'

export interface FormField {
  name: Field
  required: boolean
}

/** How likely a verb is what the viewer came for; verbs that are not here are detours and never come first. */
const LIKELY: Record<string, number> = {
  contribute: 100, grant: 95, accept: 90, dispatch: 85, finish: 80, verify: 75, summarise: 70, close: 65, advance: 60,
}

const GROUP_OF: Record<string, Group> = {
  accept: 'do', finish: 'do', verify: 'do', summarise: 'do', close: 'do', advance: 'do', contribute: 'do',
  dispatch: 'pass', transfer: 'pass', assist: 'pass', return: 'pass',
  extend: 'time', grant: 'time', refuse: 'time',
  reject: 'watch', supervise: 'watch',
  end: 'end', reopen: 'end',
}
export const GROUPS: Group[] = ['do', 'pass', 'time', 'watch', 'end']

/** A step that closes without the case having been handled ends it; it is not the work's own last step. */
function endsEarly(step: Step): boolean {
  return step.verb === 'end' || (step.verb === 'close' && step.outcome !== '' && step.outcome !== 'resolved')
}

export function groupOf(step: Step): Group {
  return endsEarly(step) ? 'end' : (GROUP_OF[step.verb] ?? 'do')
}

export const isBlocked = (step: Step): boolean => step.blocked_by.length > 0

/** The most likely next step: open ones before blocked ones, then by what the verb does, then in the loop's order. */
export function primaryOf(possible: readonly Step[]): Step | null {
  let best: Step | null = null
  let rank = -1
  for (const step of possible) {
    const likely = endsEarly(step) ? undefined : LIKELY[step.verb]
    if (likely === undefined) continue
    const mine = likely + (isBlocked(step) ? 0 : 1000)
    if (mine > rank) [best, rank] = [step, mine]
  }
  return best
}

export interface StepGroup {
  group: Group
  steps: Step[]
}

/** Every step but the first one, grouped by meaning; groups without a step are left out. */
export function groupsOf(possible: readonly Step[], primary: Step | null): StepGroup[] {
  return GROUPS.map((group) => ({ group, steps: possible.filter((step) => step !== primary && groupOf(step) === group) })).filter((one) => one.steps.length)
}

/** What a verb takes beyond what its step needs. */
const TAKES: Record<string, Field[]> = {
  dispatch: ['organisation', 'note'], accept: ['note'], transfer: ['evidence'], grant: ['duration', 'note'], finish: ['note', 'evidence'],
  verify: ['note', 'evidence'], reject: ['evidence'], close: ['summary'], contribute: ['evidence'], reopen: ['evidence'], advance: ['note'],
}
const ORDER: Field[] = ['organisation', 'into', 'duration', 'reason', 'note', 'summary', 'evidence']

/** The fields of a step's form, in the order in which people fill them. */
export function fieldsOf(step: Step): FormField[] {
  const takes = new Set<string>([...step.needs, ...(TAKES[step.verb] ?? [])])
  return ORDER.filter((name) => takes.has(name)).map((name) => ({ name, required: step.needs.includes(name) }))
}

/** Taken by one tap, without a form: nothing is asked for and it is easily taken back. */
export function isOneTap(step: Step): boolean {
  return step.verb === 'accept' && step.needs.length === 0 && !isBlocked(step)
}

export interface Duration {
  amount: number
  unit: Schemas['Duration']['unit']
}

export interface Values {
  organisation: string
  into: string
  duration: Duration | null
  reason: string
  note: string
  summary: string
  evidence: string[]
}

export const emptyValues = (): Values => ({ organisation: '', into: '', duration: null, reason: '', note: '', summary: '', evidence: [] })

/** What a form begins with: the summary that is there, the time that was asked for. */
export function startOf(step: Step, of: Case): Values {
  const values = emptyValues()
  if (fieldsOf(step).some((field) => field.name === 'summary')) values.summary = of.summary
  const asked = of.extensions.find((one) => one.granted === null)
  if (step.verb === 'grant' && asked) values.duration = { amount: asked.amount, unit: asked.unit as Duration['unit'] }
  if (step.verb === 'extend') values.duration = { amount: 1, unit: of.clocks.some((clock) => clock.pace.turns_at) ? 'working_days' : 'days' }
  return values
}

/** Names of required fields that are still empty. */
export function missingOf(step: Step, values: Values): Field[] {
  return fieldsOf(step)
    .filter((field) => field.required && !isGiven(values[field.name]))
    .map((field) => field.name)
}

function isGiven(value: Values[Field]): boolean {
  if (typeof value === 'string') return value.trim() !== ''
  if (Array.isArray(value)) return value.length > 0
  return value !== null && Number.isInteger(value.amount) && value.amount > 0
}

/** The body of the request: only what the step takes and somebody gave. */
export function bodyOf(step: Step, values: Values, revision: number): Schemas['StepTake'] {
  const body: Record<string, unknown> = { revision }
  for (const { name } of fieldsOf(step)) if (isGiven(values[name])) body[name] = values[name]
  return body as Schemas['StepTake']
}

export interface Unmet {
  field: string
  is: string
  value: unknown
  actual: unknown
}

/** The conditions that stand in a step's way, flat. */
export function unmetOf(step: Step): Unmet[] {
  return step.blocked_by.map((one) => {
    const asked = (one.asked ?? {}) as { field?: string; is?: string; value?: unknown }
    return { field: asked.field ?? '', is: asked.is ?? '', value: asked.value, actual: one.actual }
  })
}

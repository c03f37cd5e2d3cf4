import { beforeEach, describe, expect, it } from 'vitest'
import { changesSince, seenOf, type Entry } from '@/console/cases/page/changes'
import { draw, factOfEvent, MOST, type Chain } from '@/console/trace/chain'
import { nextTurn, presentClocks, standingOf, usedAt, type CaseClock } from '@/console/cases/page/clocks'
import { draftKey, dropDraft, readDraft, sweepDrafts, writeDraft } from '@/console/cases/page/drafts'
import { distance } from '@/console/cases/page/places'
import { bodyOf, emptyValues, fieldsOf, groupsOf, isOneTap, missingOf, primaryOf, startOf, unmetOf, type Case, type Step } from '@/console/cases/page/steps'

const title = (text: string) => ({ zh: text, en: text })
const step = (verb: string, more: Partial<Step> = {}): Step => ({ key: verb, title: title(verb), verb, needs: [], to: null, to_title: null, to_kind: '', outcome: '', blocked_by: [], ...more })
const blocked = [{ asked: { field: 'open_assists', is: 'eq', value: 0 }, actual: 1 }]
const keys = (steps: readonly Step[]) => steps.map((one) => one.key)

describe('the one step that comes first', () => {
  it('is the work itself, not a detour that the loop names before it', () => {
    expect(primaryOf([step('return'), step('transfer'), step('extend'), step('finish')])?.key).toBe('finish')
    expect(primaryOf([step('end'), step('supervise'), step('dispatch')])?.key).toBe('dispatch')
  })

  it('is what somebody waits for: help asked of the viewer, and time asked of the dispatcher', () => {
    expect(primaryOf([step('finish'), step('contribute')])?.key).toBe('contribute')
    expect(primaryOf([step('transfer'), step('grant'), step('refuse')])?.key).toBe('grant')
  })

  it('is an open step before a blocked one, and a blocked one before none', () => {
    expect(primaryOf([step('finish', { blocked_by: blocked }), step('advance')])?.key).toBe('advance')
    expect(primaryOf([step('finish', { blocked_by: blocked }), step('return')])?.key).toBe('finish')
  })

  it('is nothing where only detours are left: ending, reopening and supervising are never offered first', () => {
    expect(primaryOf([step('reopen'), step('supervise'), step('end', { outcome: 'duplicate' })])).toBeNull()
    expect(primaryOf([step('close', { outcome: 'closed_by_source' })])).toBeNull()
    expect(primaryOf([step('close', { outcome: 'resolved' })])?.key).toBe('close')
    expect(primaryOf([])).toBeNull()
  })

  it('leaves every other step in exactly one group, in the order of the loop', () => {
    const all = [step('accept'), step('return'), step('transfer'), step('extend'), step('supervise'), step('close', { key: 'by_source', outcome: 'closed_by_source' }), step('end')]
    const groups = groupsOf(all, primaryOf(all))
    expect(groups.map((one) => [one.group, keys(one.steps)])).toEqual([['pass', ['return', 'transfer']], ['time', ['extend']], ['watch', ['supervise']], ['end', ['by_source', 'end']]])
  })
})

describe('a form is made of what its step needs', () => {
  it('asks in the order in which people think, and marks what must be given', () => {
    expect(fieldsOf(step('transfer', { needs: ['reason', 'organisation'] }))).toEqual([
      { name: 'organisation', required: true }, { name: 'reason', required: true }, { name: 'evidence', required: false },
    ])
    expect(fieldsOf(step('dispatch')).map((field) => [field.name, field.required])).toEqual([['organisation', false], ['note', false]])
  })

  it('asks for the other case where a case ends as a duplicate', () => {
    expect(fieldsOf(step('end', { needs: ['reason', 'into'] }))).toEqual([{ name: 'into', required: true }, { name: 'reason', required: true }])
  })

  it('says what is missing: blanks and an empty list are nothing', () => {
    const finish = step('finish', { needs: ['note', 'evidence'] })
    expect(missingOf(finish, { ...emptyValues(), note: '  ' })).toEqual(['note', 'evidence'])
    expect(missingOf(finish, { ...emptyValues(), note: 'x', evidence: ['k'] })).toEqual([])
    expect(missingOf(step('extend', { needs: ['duration'] }), { ...emptyValues(), duration: { amount: 0, unit: 'hours' } })).toEqual(['duration'])
  })

  it('sends what was given and what it was decided upon, and nothing that the step does not take', () => {
    const values = { ...emptyValues(), note: 'done', organisation: 'urban', evidence: ['k'] }
    expect(bodyOf(step('finish', { needs: ['note'] }), values, 7)).toEqual({ revision: 7, note: 'done', evidence: ['k'] })
  })

  it('begins with what is known: the summary there is, the time that was asked for', () => {
    const of = { summary: 'before', extensions: [{ granted: null, amount: 3, unit: 'days' }] } as unknown as Case
    expect(startOf(step('close', { needs: ['summary'] }), of).summary).toBe('before')
    expect(startOf(step('grant'), of).duration).toEqual({ amount: 3, unit: 'days' })
    expect(startOf(step('verify'), of)).toEqual(emptyValues())
  })

  it('takes an acceptance by one tap unless the loop asks for something', () => {
    expect(isOneTap(step('accept'))).toBe(true)
    expect(isOneTap(step('accept', { needs: ['note'] }))).toBe(false)
    expect(isOneTap(step('verify'))).toBe(false)
    expect(isOneTap(step('accept', { blocked_by: blocked }))).toBe(false)
  })

  it('says what stands in the way', () => {
    expect(unmetOf(step('finish', { blocked_by: blocked }))).toEqual([{ field: 'open_assists', is: 'eq', value: 0, actual: 1 }])
  })
})

const at = (text: string) => Date.parse(`2026-03-02T${text}:00Z`)
const clock = (more: Partial<CaseClock> = {}, pace: Partial<CaseClock['pace']> = {}): CaseClock =>
  ({ id: 1, extent: 'case', round: 1, total_seconds: 7200, stopped_at: null, outcome: '', is_paused: false, ...more, pace: { at: '2026-03-02T01:00:00Z', used_seconds: 1800, counts: true, turns_at: null, levels: [50, 80, 100], ...pace } }) as CaseClock

describe('a clock goes on between two answers', () => {
  it('by the wall', () => {
    expect(usedAt(clock(), at('01:30'))).toBe(3600)
    const standing = standingOf(clock(), at('01:30'))
    expect([standing.percent, standing.left, standing.tone]).toEqual([50, 3_600_000, 'calm'])
    expect(standing.levels).toEqual([{ at: 50, passed: true }, { at: 80, passed: false }, { at: 100, passed: false }])
  })

  it('no further than its calendar: at noon it stops, after lunch it goes on', () => {
    const morning = clock({}, { turns_at: '2026-03-02T01:10:00Z' })
    expect(usedAt(morning, at('03:00'))).toBe(2400)
    expect(standingOf(morning, at('03:00')).counts).toBe(false)
    const lunch = clock({}, { counts: false, turns_at: '2026-03-02T02:00:00Z' })
    expect(usedAt(lunch, at('01:59'))).toBe(1800)
    expect(usedAt(lunch, at('02:10'))).toBe(2400)
  })

  it('not at all in a pause, and not once it has stopped', () => {
    expect(usedAt(clock({ is_paused: true }, { counts: false }), at('09:00'))).toBe(1800)
    expect(standingOf(clock({ stopped_at: '2026-03-02T01:00:00Z', outcome: 'late' }, { counts: false }), at('09:00')).tone).toBe('over')
    expect(standingOf(clock({ stopped_at: '2026-03-02T01:00:00Z', outcome: 'on_time' }, { counts: false }), at('09:00')).tone).toBe('done')
  })

  it('warns before it is over, and says by how much it is', () => {
    expect(standingOf(clock(), at('02:10')).tone).toBe('soon')
    const late = standingOf(clock(), at('03:30'))
    expect([late.tone, late.percent, late.left]).toEqual(['over', 150, -3_600_000])
  })

  it('shows those of the present: the whole case before the step, of an ended case the last round', () => {
    const clocks = [clock({ id: 1, round: 1, stopped_at: 'x' }), clock({ id: 2, extent: 'step' }), clock({ id: 3, round: 2 })]
    expect(presentClocks(clocks, false).map((one) => one.id)).toEqual([3, 2])
    expect(presentClocks(clocks, true).map((one) => one.id)).toEqual([3])
    expect(nextTurn([clock(), clock({}, { turns_at: '2026-03-02T04:00:00Z' })])).toBe(at('04:00'))
    expect(nextTurn([clock()])).toBe(Infinity)
  })
})

describe('drafts', () => {
  beforeEach(() => localStorage.clear())
  const key = draftKey('12', 'AJ1', 'finish')
  const values = { ...emptyValues(), note: 'half a', evidence: ['k'] }

  it('belong to a person, a case and a step', () => {
    writeDraft(key, values, 3, 1000)
    expect(readDraft(key, 2000)).toEqual({ values, revision: 3, savedAt: 1000 })
    expect(readDraft(draftKey('13', 'AJ1', 'finish'), 2000)).toBeNull()
    dropDraft(key)
    expect(readDraft(key, 2000)).toBeNull()
  })

  it('forget photos before the platform sweeps them, and go after two weeks', () => {
    writeDraft(key, values, 3, 0)
    expect(readDraft(key, 21 * 3_600_000)?.values).toEqual({ ...values, evidence: [] })
    expect(readDraft(key, 15 * 86_400_000)).toBeNull()
    sweepDrafts(15 * 86_400_000)
    expect(localStorage.length).toBe(0)
  })

  it('survive what is no draft', () => {
    localStorage.setItem(key, 'not json')
    expect(readDraft(key)).toBeNull()
  })
})

describe('what changed while somebody was writing', () => {
  const of = (more: Partial<Case>): Case => ({ revision: 1, state_title: title('a'), organisation_name: 'X', severity: 3, due_at: null, ...more }) as Case
  const entry = (id: number) => ({ id }) as Entry

  it('is nothing as long as the case has not moved, whatever was noted', () => {
    expect(changesSince(seenOf(of({}), [entry(1)]), of({}), [entry(1), entry(2)])).toBeNull()
  })

  it('names the fields and the entries that are new', () => {
    const found = changesSince(seenOf(of({}), [entry(1)]), of({ revision: 2, organisation_name: 'Y', organisation_name_en: 'The Y' }), [entry(1), entry(2)])
    expect(found?.fields).toEqual([{ name: 'organisation', from: 'X\nX', to: 'Y\nThe Y' }])
    expect(found?.entries.map((one) => one.id)).toEqual([2])
  })
})

describe('the drawing of a chain', () => {
  const fact = (ref: string, kind: string, data: Record<string, unknown> = {}, more = {}) => ({ ref, kind, id: ref, title: title(ref), at: null, state: '', region_path: '', data, told: [], withheld: false, ...more })
  const link = (cause: string, effect: string) => ({ cause, effect, relation: 'raised', event: null })
  const chain = (facts: ReturnType<typeof fact>[], links: ReturnType<typeof link>[]): Chain => ({ root: 'c', facts, links, is_cut: false })

  it('puts causes left of effects, and ends where the matter ended', () => {
    const drawn = draw(chain([fact('c', 'case', { closed_at: '2026-03-02T01:00:00Z' }), fact('s', 'signal'), fact('t', 'assignment')], [link('s', 'c'), link('c', 't')]))
    expect(drawn.columns).toEqual(['signal', 'case', 'assignment', 'ending'])
    expect(drawn.lines.map((line) => [line.from, line.to])).toEqual([['s', 'c'], ['c', 't'], ['t', 'c-end']])
    expect(drawn.nodes.map((node) => node.x)).toEqual([...drawn.nodes.map((node) => node.x)].sort((a, b) => a - b))
  })

  it('folds a tall column, and opens it when asked', () => {
    const many = chain([fact('c', 'case'), ...Array.from({ length: 20 }, (_, index) => fact(`s${index}`, 'signal'))], [])
    const folded = draw(many).nodes.filter((node) => node.column === 'signal')
    expect([folded.length, folded.at(-1)?.more]).toEqual([MOST, 20 - MOST + 1])
    expect(draw(many, new Set(['signal'])).nodes.filter((node) => node.column === 'signal')).toHaveLength(20)
  })

  it('fits the room there is', () => {
    const three = chain([fact('c', 'case'), fact('s', 'signal'), fact('t', 'assignment')], [])
    expect(draw(three, new Set(), 600).width).toBeLessThanOrEqual(600)
  })

  it('finds what a message was about, unless it is withheld', () => {
    const told = chain([fact('a', 'alarm', {}, { told: [{ id: 'e1' }] }), fact('x', 'signal', {}, { told: [{ id: 'e2' }], withheld: true })], [])
    expect(factOfEvent(told, 'e1')?.ref).toBe('a')
    expect(factOfEvent(told, 'e2')).toBeNull()
    expect(factOfEvent(null, 'e1')).toBeNull()
  })
})

describe('how far', () => {
  it('is measured on the sphere: a degree of latitude is 111.2 km', () => {
    expect(distance([112, 32], [112, 33]) / 1000).toBeCloseTo(111.2, 1)
    expect(distance([112, 32], [112, 32])).toBe(0)
  })
})

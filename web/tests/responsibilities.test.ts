import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { ASKED, placeOf, pointText, questionOf } from '@/console/responsibilities/asking'
import { changesOf, forceOf, PERMISSION, queryOfList, reaches, troubleOf, USUAL, type Line } from '@/console/responsibilities/lines'
import messages from '@/console/responsibilities/messages'
import { dateTime, momentOf } from '@/shared/format'
import { isClean, placesOf } from '@/console/responsibilities/review'
import { decidedBy, effectOf, lostBy, othersOf, standingOf, untold, winnerOf, type Answer, type Row } from '@/console/responsibilities/verdict'
import { filtersOf, queryOf } from '@/console/parts/listing'
import { i18n } from '@/shared/i18n'

beforeAll(() => {
  for (const language of ['zh', 'en'] as const) i18n.global.mergeLocaleMessage(language, { responsibilities: messages[language] })
})

const TYPES = '/urban/urban.facilities/urban.facilities.manhole/'
const REGIONS = '/4299/429901/429901001/'
const row = (line: number, more: Partial<Row> = {}): Row => ({ line, case_type: 'urban.facilities', region: '*', priority: 0, organisation: 'urban', note: '', ...more })
const answer = (won: Row | null, others: Row[] = [], more: Record<string, unknown> = {}): Answer => ({
  organisation: won?.organisation ?? null, organisation_name: won?.organisation ?? null, organisation_name_en: '', region_path: REGIONS,
  why: won ? { rule: 'list', ...won, decided_by: 'case_type', compared: others.length + 1, ...more } : { rule: 'none' },
  others: others as unknown as Answer['others'],
})
const line = { id: 7, case_type: 'urban.facilities', region: '*', organisation: 'urban', organisation_name: '城管委', is_usable: true, priority: 0, note: '', pack: '', is_edited: false, valid_from: null, valid_to: null } satisfies Line

describe('the address of the list', () => {
  it('shows what is in force, with what lies below, unless the address says otherwise', () => {
    expect(queryOfList(filtersOf(USUAL, {}))).toEqual({ below: true, in_force: true })
    expect(queryOfList(filtersOf(USUAL, { below: '', force: 'not', own: 'pack', usable: 'no', region: '*' }))).toEqual({ region: '*', in_force: false, own: false, usable: false })
    expect(queryOfList({ ...USUAL, force: 'all', own: 'own', usable: 'yes', case_type: 'urban', organisation: 'eco' })).toEqual({ case_type: 'urban', organisation: 'eco', below: true, own: true, usable: true })
  })

  it('keeps the question beside the filters', () => {
    const query = queryOf(USUAL, { ...USUAL, below: '', usable: 'no' }, { ask: 'urban', point: '112.1,30.2' })
    expect(query).toEqual({ ask: 'urban', point: '112.1,30.2', below: '', usable: 'no' })
    expect(filtersOf(ASKED, query)).toEqual({ ask: 'urban', where: '', point: '112.1,30.2' })
    expect(filtersOf(USUAL, query)).toEqual({ ...USUAL, below: '', usable: 'no' })
  })
})

describe('the question', () => {
  it('is asked once a kind is chosen; a point says more than a region', () => {
    expect(questionOf({ ask: '', where: '4299', point: '' })).toBeNull()
    expect(questionOf({ ask: 'urban', where: '', point: '' })).toEqual({ case_type: 'urban', region: '' })
    expect(questionOf({ ask: 'urban', where: '4299', point: '' })).toEqual({ case_type: 'urban', region: '4299' })
    expect(questionOf({ ask: 'urban', where: '4299', point: '112.5,30.9' })).toEqual({ case_type: 'urban', region: '', lon: 112.5, lat: 30.9 })
  })

  it('takes no nonsense for a point', () => {
    for (const text of ['', '112.5', '112.5,', ',30', 'a,b', '112.5,91', '181,30', '112.5,30,4', 'Infinity,0']) expect(placeOf(text), text).toBeNull()
    expect(placeOf(pointText({ lon: 112.876543, lat: 30.9 }))).toEqual({ lon: 112.87654, lat: 30.9 })
  })
})

describe('why a line lost', () => {
  const won = row(9, { case_type: 'urban.facilities.manhole', region: '429901', priority: 5 })
  it.each([
    [{ case_type: 'urban.facilities', region: '429901001', priority: 9 }, 'case_type'],
    [{ case_type: 'urban.facilities.manhole', region: '*', priority: 9 }, 'region'],
    [{ case_type: 'urban.facilities.manhole', region: '4299', priority: 9 }, 'region'],
    [{ case_type: 'urban.facilities.manhole', region: '429901', priority: 4 }, 'priority'],
    [{ case_type: 'urban.facilities.manhole', region: '429901', priority: 5 }, 'older_line'],
  ] as const)('%o lost by %s', (more, by) => expect(lostBy(row(12, more), won, TYPES, REGIONS)).toBe(by))

  it('has words for every reason that the platform gives', () => {
    const source = readFileSync('../src/citybrain/hubs/business/cases/queries/responsibilities.py', 'utf8')
    const reasons = [...(/words = \((.*?)\)/.exec(source)?.[1] ?? '').matchAll(/"(\w+)"/g)].map((match) => match[1] ?? '')
    expect(reasons).toEqual(['case_type', 'region', 'priority', 'older_line'])
    expect(source).toContain('return "only_line"')
    for (const language of ['zh', 'en'] as const) {
      const { won: wins, lost, standing } = messages[language] as unknown as Record<'won' | 'lost' | 'standing', Record<string, string>>
      expect(Object.keys(wins).sort()).toEqual([...reasons, 'only_line'].sort())
      expect(Object.keys(lost).sort()).toEqual([...reasons].sort())
      expect(Object.keys(standing).sort()).toEqual([...reasons, 'silent', 'wins'].sort())
    }
  })

  it('tells the answer apart: who won, who lost, how many are not told', () => {
    const found = answer(won, [row(3)], { decided_by: 'region', compared: 40 })
    expect(winnerOf(found)?.line).toBe(9)
    expect(othersOf(found).map((one) => one.line)).toEqual([3])
    expect(decidedBy(found)).toBe('region')
    expect(untold(found)).toBe(38)
    expect(winnerOf(answer(null))).toBeNull()
    expect(untold(answer(null))).toBe(0)
  })
})

describe('what a change does to a case', () => {
  it('says whether somebody, nobody, or somebody else gets it', () => {
    const urban = answer(row(1))
    const eco = answer(row(2, { organisation: 'eco' }))
    expect(effectOf(answer(null), urban)).toBe('gains')
    expect(effectOf(urban, answer(null))).toBe('loses')
    expect(effectOf(urban, eco)).toBe('moves')
    expect(effectOf(urban, answer(row(8)))).toBe('same')
    expect(effectOf(answer(null), answer(null))).toBe('sameNobody')
  })

  it('says where the line stands that is being tried', () => {
    const better = row(4, { case_type: 'urban.facilities.manhole' })
    expect(standingOf(answer(row(0)), 0, 'urban.facilities')).toBe('wins')
    expect(standingOf(answer(better, [row(0, { case_type: 'urban.facilities.manhole', priority: -3 })]), 0, 'urban.facilities.manhole')).toBe('priority')
    expect(standingOf(answer(better, [row(3)]), 0, 'urban.facilities.manhole')).toBe('silent')
    expect(standingOf(answer(null), 0, 'urban.facilities')).toBe('silent')
    expect(standingOf(answer(row(7)), 7, 'urban.facilities')).toBe('wins')
  })
})

describe('a line', () => {
  const now = Date.parse('2026-06-01T00:00:00Z')
  it.each([
    [{}, 'now'],
    [{ valid_from: '2026-06-01T00:00:00Z' }, 'now'],
    [{ valid_from: '2026-06-01T00:00:01Z' }, 'future'],
    [{ valid_to: '2026-06-01T00:00:00Z' }, 'ended'],
    [{ valid_from: '2026-07-01T00:00:00Z', valid_to: '2026-08-01T00:00:00Z' }, 'future'],
    [{ valid_from: '2026-06-01T00:00:00Z', valid_to: '2026-05-01T00:00:00Z' }, 'ended'],
  ] as const)('%o is %s', (more, force) => expect(forceOf({ ...line, ...more }, now)).toBe(force))

  it('says what is wrong with it', () => {
    expect(troubleOf(line, false)).toBeNull()
    expect(troubleOf({ is_usable: false, organisation_name: null }, false)).toBe('noOrganisation')
    expect(troubleOf({ is_usable: false, organisation_name: '城管委' }, true)).toBe('closed')
    expect(troubleOf({ is_usable: false, organisation_name: '城管委' }, false)).toBe('noRegion')
  })

  it('is changed by whose duty covers both its organisation and its region', () => {
    const grant = (organisation_path: string, region_path: string, permissions = [PERMISSION]) => ({ organisation_path, region_path, permissions })
    expect(reaches([grant('/', '/')], undefined, undefined)).toBe(true)
    expect(reaches([grant('/', '/', ['case.read'])], '/gov/urban/', '')).toBe(false)
    expect(reaches([grant('/', '/4299/429901/')], '/gov/urban/', '/4299/429901/429901001/')).toBe(true)
    expect(reaches([grant('/', '/4299/429901/')], '/gov/urban/', '')).toBe(false)
    expect(reaches([grant('/', '/4299/429901/')], '/gov/urban/', '/4299/')).toBe(false)
    expect(reaches([grant('/gov/urban/', '/')], '/gov/eco/', '/4299/')).toBe(false)
    expect(reaches([grant('/gov/urban/', '/')], undefined, '')).toBe(false)
    expect(reaches([grant('/gov/eco/', '/'), grant('/', '/4299/')], '/gov/urban/', '')).toBe(false)
  })

  it('sends only what was changed, and empties a time with null', () => {
    const timed = { ...line, valid_from: '2026-01-01T00:00:00+00:00', note: '试点' }
    expect(changesOf(timed, { priority: 0, note: ' 试点 ', valid_from: '2026-01-01T00:00:00.000Z', valid_to: null })).toEqual({})
    expect(changesOf(timed, { priority: 3, note: '', valid_from: null, valid_to: '2026-12-31T16:00:00.000Z' })).toEqual({ priority: 3, note: '', valid_from: null, valid_to: '2026-12-31T16:00:00.000Z' })
  })

  it('begins and ends by the clocks of the city', () => {
    expect(momentOf('2026-12-31 08:00')).toBe('2026-12-31T00:00:00.000Z')
    expect(dateTime(momentOf('2027-01-01 00:00'))).toBe('2027-01-01 00:00')
    expect(momentOf('')).toBeNull()
    expect(momentOf('some day')).toBeNull()
  })
})

describe('the check-up', () => {
  it('is clean only when nothing is wrong', () => {
    expect(isClean({ gaps: [], ties: [], unusable: 0 })).toBe(true)
    expect(isClean({ gaps: [], ties: [], unusable: 1 })).toBe(false)
  })

  it('offers a line for each place of a gap', () => {
    expect(placesOf({ case_type: 'a', regions: [], partly: [], is_everywhere: true })).toEqual([{ region: '*', isPart: false }])
    expect(placesOf({ case_type: 'a', regions: ['1', '2'], partly: ['3'], is_everywhere: false }).map((place) => [place.region, place.isPart])).toEqual([['1', false], ['2', false], ['3', true]])
  })
})

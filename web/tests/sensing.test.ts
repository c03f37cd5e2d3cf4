import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { spanAround } from '@/console/alarms/around'
import { limitsOf, rulesOf } from '@/console/alarms/limits'
import { queryFor as alarmQuery, USUAL as USUAL_ALARMS } from '@/console/alarms/listing'
import alarmMessages from '@/console/alarms/messages'
import type { Rule } from '@/console/alarms/rules'
import { alarmWords, measured, ruleWords } from '@/console/alarms/words'
import { filtersOf, queryOf } from '@/console/parts/listing'
import { cellsOf, readTable } from '@/console/things/csv'
import { attributeOf, changesOf, formOf } from '@/console/things/editing'
import { aboutFor, mapFor, queryFor as thingQuery, USUAL as USUAL_THINGS } from '@/console/things/listing'
import { queryOfSpan, rangeOf } from '@/console/things/ranges'
import { addMessages, setLanguage } from '@/shared/i18n'

beforeAll(() => addMessages({ 'alarms/messages.ts': { default: alarmMessages } }))
afterEach(() => setLanguage('zh'))

const HOUR = 3_600_000
const rule: Rule = {
  key: 'd.ponding', title: { zh: '路面积水', en: 'Water on the road' }, pack: 'd', model: 'd.gauge', property: 'depth', things: [], kind: 'threshold', op: 'ge', raise_at: 15, clear_at: 10, for_seconds: 300,
  clear_for_seconds: 900, after_seconds: null, fold_within_seconds: 7200, severity: 3, case_type: 'd.p', source: {}, enabled: true, updated_at: '2026-03-02T01:00:00Z',
}
const depth = { type: 'number' as const, unit: 'cm', title: { zh: '积水深度', en: 'Depth' } }
const open = { type: 'boolean' as const, title: { zh: '打开', en: 'Open' } }
const alarm = { kind: 'threshold', op: 'ge', raise_at: 27, after_seconds: null, value: 27.84, unit: 'cm', property_type: 'number', property_title: { zh: '积水深度', en: 'Depth' } }

describe('alarms in words', () => {
  it('says the value against its limit', () => {
    expect(alarmWords(alarm)).toBe('积水深度 27.84 cm，达到或高于 27 cm')
    setLanguage('en')
    expect(alarmWords({ ...alarm, op: 'lt' })).toBe('Depth 27.84 cm, below 27 cm')
  })

  it('says yes and no of a switch, and how long of a silence', () => {
    expect(alarmWords({ ...alarm, property_type: 'boolean', value: 1, unit: '' })).toBe('积水深度：是')
    expect(alarmWords({ ...alarm, kind: 'silence', value: null, after_seconds: 5400 })).toBe('超过 1 小时 30 分没有上报')
  })

  it('writes units where they belong', () => {
    expect([measured(8, '%'), measured(3, '1'), measured(null, 'cm'), measured(2.5, 'm')]).toEqual(['8%', '3', '—', '2.5 m'])
    expect([measured(3.2, 'person/m²'), measured(900, 'veh/h'), measured(1, 'personal')]).toEqual(['3.2 人/m²', '900 辆/h', '1 personal'])
  })
})

describe('rules in words', () => {
  it('says when it begins, when it ends, and what is folded', () => {
    expect(ruleWords(rule, depth)).toBe('积水深度达到或高于 15 cm，持续 5 分钟，即告警；不高于 10 cm，持续 15 分钟，即恢复。恢复后 2 小时内再次触发，并入同一条告警。')
    setLanguage('en')
    expect(ruleWords({ ...rule, fold_within_seconds: 0, clear_for_seconds: 0 }, depth)).toBe('Depth at or above 15 cm for 5 min is an alarm; it ends at or below 10 cm.')
  })

  it('ends on the other side of one threshold', () => {
    const named = { ...depth, title: { zh: '细颗粒物 PM2.5', en: 'PM2.5' } }
    expect(ruleWords({ ...rule, op: 'gt' }, named)).toMatch(/^细颗粒物 PM2\.5 高于 15 cm/)
    expect(ruleWords({ ...rule, op: 'lt', clear_at: 15, for_seconds: 0, clear_for_seconds: 0, fold_within_seconds: 0 }, depth)).toBe('积水深度低于 15 cm，即告警；达到或高于 15 cm，即恢复。')
  })

  it('speaks of switches and of silence', () => {
    const plain = { ...rule, for_seconds: 0, clear_for_seconds: 0, fold_within_seconds: 0 }
    expect(ruleWords({ ...plain, raise_at: 1, clear_at: 1 }, open)).toBe('“打开”为“是”，即告警；回到“否”，即恢复。')
    expect(ruleWords({ ...plain, kind: 'silence', after_seconds: 7200 }, depth)).toBe('“积水深度”超过 2 小时没有上报即告警，再次上报即恢复。')
  })

  it('draws the limits of the rules that watch this thing, the worst last', () => {
    const deep = { ...rule, key: 'd.deep', raise_at: 27, severity: 2 }
    const others = [{ ...rule, key: 'off', enabled: false }, { ...rule, key: 'other', things: ['pond-9'] }, { ...rule, key: 'fill', property: 'fill' }]
    const mine = rulesOf([deep, rule, ...others], 'pond-1', 'depth')
    expect(mine.map((one) => one.key)).toEqual(['d.deep', 'd.ponding'])
    expect(limitsOf(mine, depth).map((limit) => [limit.value, limit.severity])).toEqual([[15, 3], [27, 2]])
    expect(limitsOf(mine, open)).toEqual([])
  })
})

describe('the time around an alarm', () => {
  const at = Date.parse('2026-03-02T12:00:00Z')
  const lasting = { start_at: '2026-03-02T10:00:00Z', resolved_at: null, kind: 'threshold', after_seconds: null }

  it('shows as much before as it lasted, and up to now while it fires', () => {
    expect(spanAround(lasting, 300, at)).toEqual({ from: at - 4 * HOUR, to: at })
    expect(spanAround({ ...lasting, resolved_at: '2026-03-02T10:10:00Z' }, 3600, at)).toEqual({ from: Date.parse('2026-03-01T22:00:00Z'), to: at })
  })

  it('begins with the last reading before a silence', () => {
    expect(spanAround({ ...lasting, kind: 'silence', after_seconds: 3600 }, 300, at).from).toBe(at - 3 * HOUR - 3 * HOUR)
  })
})

describe('filters live in the address', () => {
  it('leaves out what is as usual and keeps what it does not know', () => {
    const usual = { tab: 'firing', rule: '' }
    expect(filtersOf(usual, { tab: 'all', page: '3', rule: ['a', 'b'] })).toEqual({ tab: 'all', rule: '' })
    expect(queryOf(usual, { tab: 'firing', rule: 'x' }, { page: '3', tab: 'all' })).toEqual({ page: '3', rule: 'x' })
  })

  it('asks the map for what the list shows', () => {
    expect(mapFor({ ...USUAL_THINGS, tab: 'silent', q: ' 长虹路 ', model: 'd.gauge', region: '4206', severity: '2', unlocated: '1' })).toEqual({
      model: 'd.gauge', region: '4206', thing_q: '长虹路', thing_state: 'active', thing_severity: 2, thing_unlocated: true, contact: 'silent', firing: undefined,
    })
    expect(mapFor({ ...USUAL_THINGS, tab: 'firing', state: 'any' })).toMatchObject({ thing_state: 'any', firing: true, contact: undefined })
  })

  it('asks for what they say', () => {
    expect(alarmQuery(USUAL_ALARMS)).toEqual({ state: 'firing', folded: false })
    expect(alarmQuery({ ...USUAL_ALARMS, tab: 'all', severity: '2', unseen: '1', folds: '1' })).toEqual({ severity: 2, acknowledged: false })
    expect(alarmQuery({ ...USUAL_ALARMS, severity: '9' })).toEqual({ state: 'firing', folded: false })
    expect(thingQuery({ ...USUAL_THINGS, tab: 'silent', q: ' 王寨 ' })).toEqual({ state: 'active', contact: 'silent', q: '王寨' })
    expect(aboutFor({ ...USUAL_THINGS, tab: 'firing', state: 'any' })).toEqual({})
  })

  it('keeps a span of its own apart from a range that moves', () => {
    const now = 1000 * HOUR
    expect(rangeOf({ range: '6h', from: '', to: '' }, now)).toEqual({ name: '6h', span: { from: 994 * HOUR, to: now } })
    expect(rangeOf({ range: 'rubbish', from: '9', to: '3' }, now).name).toBe('24h')
    expect(rangeOf(queryOfSpan({ from: 10.4, to: 20 }), now)).toEqual({ name: null, span: { from: 10, to: 20 } })
  })
})

describe('a pasted table', () => {
  it('reads what spreadsheets write', () => {
    const { rows, wrong } = readTable('编码\tmodel\tlon\tlat\t厂商\n"a-1"\td.gauge\t112.1\t32\t"甲, 乙"\n\na-2\td.gauge\t\t\t7\n', { 编码: 'code' })
    expect(wrong).toEqual([])
    expect(rows).toEqual([
      { line: 2, draft: { code: 'a-1', model: 'd.gauge', lon: 112.1, lat: 32, attributes: { 厂商: '甲, 乙' } } },
      { line: 4, draft: { code: 'a-2', model: 'd.gauge', attributes: { 厂商: 7 } } },
    ])
  })

  it('names the line of what it cannot read', () => {
    expect(readTable('code,model,lon\na,b,east\na,b,1,2').wrong.map((one) => [one.line, one.field, one.why[0]])).toEqual([[2, 'lon', 'things.reg.number'], [3, '', 'things.reg.columns']])
    expect(readTable('name,lon\na,1').wrong[0]?.why[0]).toBe('things.reg.noHeader')
    expect(readTable('code,model').wrong[0]?.why[0]).toBe('things.reg.noRows')
    expect(readTable('code,model\n"a,b').wrong[0]?.why[0]).toBe('things.reg.unclosed')
  })

  it('counts lines inside quotes', () => {
    expect(cellsOf('a,b\r\n"x\ny","1""2"\nz,')).toEqual([{ line: 1, cells: ['a', 'b'] }, { line: 2, cells: ['x\ny', '1"2'] }, { line: 4, cells: ['z', ''] }])
  })
})

describe('changing a thing', () => {
  const thing = { name: '站', address: '', region_code: 'r1', lon: 112.1, lat: 32, attributes: { 高: 3, 厂商: '007' } }

  it('sends only what changed', () => {
    const form = formOf(thing, 'eco')
    expect(changesOf(thing, 'eco', form)).toEqual({})
    expect(changesOf(thing, 'eco', { ...form, name: '新', organisation: 'urban' })).toEqual({ name: '新', organisation: 'urban' })
    expect(changesOf(thing, 'eco', { ...form, lon: '112.2' })).toEqual({ lon: 112.2, lat: 32, crs: 'WGS-84' })
    expect(changesOf(thing, 'eco', { ...form, attributes: [{ name: '高', value: '5' }] })).toEqual({ attributes: { 高: 5 } })
  })

  it('keeps that a thing is made up', () => {
    const made = { ...thing, attributes: { simulated: true, 高: 3 } }
    const form = formOf(made, 'eco')
    expect(form.attributes.map((pair) => pair.name)).toEqual(['高'])
    expect(changesOf(made, 'eco', form)).toEqual({})
    expect(changesOf(made, 'eco', { ...form, attributes: [] })).toEqual({ attributes: { simulated: true } })
  })

  it('does not turn words into numbers', () => {
    expect(attributeOf('008', '007')).toBe('008')
    expect(attributeOf('8', 3)).toBe(8)
    expect(attributeOf('true', false)).toBe(true)
    expect(attributeOf('012', undefined)).toBe('012')
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { closeWords, moveWords, type Affected, type Detail } from '@/console/organisations/affected'
import organisations from '@/console/organisations/messages'
import { abilitiesOf, BY_ASSIGNMENT, carried, CITYWIDE, GROUPS, leftOut, mayGive } from '@/console/users/abilities'
import users from '@/console/users/messages'
import { ALPHABET, endOfDay, strongPassword } from '@/console/users/secrets'
import { permissionWord, sentenceOf, stateOf, type Duty } from '@/console/users/words'
import { i18n, setLanguage } from '@/shared/i18n'

for (const language of ['zh', 'en'] as const) i18n.global.mergeLocaleMessage(language, { users: users[language], organisations: organisations[language] })

const table = readFileSync('../src/citybrain/base/accounts/roles.py', 'utf8')
const setOf = (name: string) => [...(new RegExp(`^${name} = frozenset\\(\\s*\\{(.*?)\\}`, 'ms').exec(table)?.[1] ?? '').matchAll(/"([a-z]+\.[a-z]+)"/g)].map((match) => match[1] ?? '')
const WHOLE = { organisation: '/', region: '/' }
const PART = { organisation: '/', region: '/4206/420606/' }

describe('permissions in words', () => {
  it('knows every permission of the platform, in one group, in both languages', () => {
    const all = setOf('PERMISSIONS')
    expect(all.length).toBeGreaterThan(35)
    expect(Object.values(GROUPS).flat().sort()).toEqual([...all].sort())
    for (const language of ['zh', 'en'] as const) {
      setLanguage(language)
      for (const permission of all) expect(permissionWord(permission), permission).not.toBe(permission)
    }
    setLanguage('zh')
  })

  it('leaves out of a part of the city what the platform leaves out', () => {
    expect([...CITYWIDE].sort()).toEqual(setOf('CITYWIDE').sort())
    expect(setOf('BY_ASSIGNMENT')).toContain(BY_ASSIGNMENT)
    expect(carried(['case.read', 'audit.read'], PART)).toEqual(['case.read'])
    expect(leftOut(['case.read', 'audit.read'], PART)).toEqual(['audit.read'])
    expect(leftOut(['case.read', 'audit.read'], WHOLE)).toEqual([])
  })

  it('tells work from looking, and keeps what it does not know', () => {
    const found = abilitiesOf(['case.read', 'case.handle', 'thing.read', 'file.write', 'new.thing'])
    expect(found.map((one) => [one.group, one.isWork])).toEqual([['cases', true], ['things', false], ['city', false], ['other', true]])
    expect(found.at(-1)?.permissions).toEqual(['new.thing'])
  })

  it('offers no role that is more than one holds', () => {
    const held = (permission: string) => permission === 'case.read'
    expect(mayGive(['case.read'], held)).toBe(true)
    expect(mayGive(['case.read', 'audit.read'], held)).toBe(false)
  })
})

describe('one sentence about a duty', () => {
  const handler = { key: 'handler', zh: '处置员', en: 'handler', level: 2, permissions: ['case.read', 'case.handle', 'thing.read'] }

  it('says who, as what, where, what, how deep and until when', () => {
    const said = sentenceOf({ ...WHOLE, name: '王芳', role: handler, level: 2, until: '2026-12-31T15:59:59Z' })
    expect(said).toBe('王芳将作为处置员，在全市范围内、就全部机构的事项，办理案件，查看设备与读数；可见2 级（内部）及以下字段；至 2026-12-31 当天结束。')
  })

  it('adds that a handler follows what his organisation was given', () => {
    const said = sentenceOf({ organisation: '/gov/urban/', region: '/', name: '王芳', role: handler, level: 2, until: null })
    expect(said).toContain('已派给urban的案件')
    expect(said).toContain('长期有效')
  })

  it('says that somebody only looks', () => {
    expect(sentenceOf({ ...WHOLE, name: '王芳', role: { ...handler, permissions: ['case.read'] }, level: 1, until: null })).not.toContain('办理')
  })
})

describe('the state of a duty', () => {
  const duty = { id: 1, role: 'handler', organisation_path: '/', region_path: '/', level: 2, granted_at: '2026-01-01T00:00:00Z', granted_by: 'user:1' } as Duty
  const now = Date.parse('2026-06-01T00:00:00Z')

  it.each([
    [{}, 'present'],
    [{ valid_from: '2026-07-01T00:00:00Z' }, 'future'],
    [{ valid_to: '2026-06-01T00:00:00Z' }, 'ended'],
    [{ valid_to: '2026-07-01T00:00:00Z' }, 'present'],
    [{ valid_to: '2026-05-01T00:00:00Z', revoked_at: '2026-02-01T00:00:00Z' }, 'revoked'],
  ] as const)('%o is %s', (more, state) => expect(stateOf({ ...duty, ...more }, now)).toBe(state))
})

describe('secrets', () => {
  it('makes long, different passwords of readable characters of every kind', () => {
    const made = new Set(Array.from({ length: 200 }, () => strongPassword()))
    expect(made.size).toBe(200)
    for (const password of made) {
      expect(password).toMatch(/^[a-zA-Z2-9]{5}(-[a-zA-Z2-9]{5}){3}$/)
      for (const one of password.replaceAll('-', '')) expect(ALPHABET).toContain(one)
      for (const kind of [/[a-z]/, /[A-Z]/, /[2-9]/]) expect(password).toMatch(kind)
    }
    const seen = new Set([...made].join('').replaceAll('-', ''))
    expect(seen.size).toBe(ALPHABET.length)
  })

  it('ends a day where the city lies', () => {
    expect(endOfDay('2026-12-31')).toBe('2026-12-31T15:59:59.000Z')
  })
})

describe('what a change of an organisation touches', () => {
  const one = { code: 'urban', name: '城管委', path: '/gov/urban/', parent: 'gov', above: [{ code: 'gov', name: '市政府' }] } as Detail
  const touched: Affected = { parts: '3', hasParts: true, cases: '12', hasCases: true, lines: 4 }
  const police = { path: '/gov/police/', code: 'police', name: '公安局' }

  it('refuses to move it below itself, to where it is, and nowhere', () => {
    expect(moveWords(one, null, touched).refused).not.toBe('')
    expect(moveWords(one, { ...police, path: '/gov/urban/team/' }, touched).refused).toBe('不能移到自己的下级之下')
    expect(moveWords(one, { path: '/gov/', code: 'gov', name: '市政府' }, touched).refused).toBe('已在该机构之下')
  })

  it('says who moves along, and who sees it afterwards', () => {
    const { lines, refused } = moveWords(one, police, touched)
    expect(refused).toBe('')
    expect(lines[0]).toBe('“城管委”连同下级 3 个机构将移到“公安局”之下。')
    expect(lines.join()).toContain('12 件')
    expect(lines.join()).toContain('对“市政府”有职责的人员此后看不到')
  })

  it('closes nothing that has active parts, and counts what stays behind', () => {
    expect(closeWords(touched)).toEqual({ lines: [], refused: '其下还有 3 个在用机构，须先移走或停用。' })
    const { lines } = closeWords({ ...touched, hasParts: false })
    expect(lines[0]).toContain('12 件未结案件')
    expect(lines[1]).toContain('4 条')
    expect(closeWords({ ...touched, hasParts: false, hasCases: false, lines: 0 }).lines[0]).toBe('名下没有未结案件。')
  })
})

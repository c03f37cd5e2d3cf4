import { describe, expect, it } from 'vitest'
import { asCsv, countsOf, isRoster, kindOfText, lineOf, refusedText, rowsOf, textOf, written, type Taken } from '@/console/organisations/roster'

const row = (where: string, code: string, outcome: 'created' | 'changed' | 'same', was: Record<string, string> = {}) => ({ where, code, name: `${code}处`, name_en: '', kind: 'office', parent: 'gov', region: null, outcome, was })
const taken: Taken = {
  created: ['lamps'], changed: ['urban'], moved: [{ code: 'eco', from_path: '/gov/urban/eco/', to_path: '/gov/eco/' }], posts: 0,
  refused: [{ where: 'a.csv:3', code: 'party.row_orphan', reason: '上级 x 不存在' }],
  rows: [row('a.csv:2', 'lamps', 'created'), row('a.csv:10', 'urban', 'changed', { name: '旧名', parent: 'eco' }), row('a.csv:4', 'eco', 'changed', { parent: 'urban' }), row('a.csv:5', 'old', 'same')],
}

describe('what an import does, row by row', () => {
  const rows = rowsOf(taken)

  it('stands in the order of the file, with those that are refused among them', () => {
    expect(rows.map((one) => [one.line, one.outcome])).toEqual([[2, 'created'], [3, 'refused'], [4, 'moved'], [5, 'same'], [10, 'changed']])
    expect(rows[1]?.reason).toBe('上级 x 不存在')
  })

  it('says what stood there and what stands there then', () => {
    expect(rows[4]?.changes).toEqual([{ column: 'name', from: '旧名', to: 'urban处' }, { column: 'parent', from: 'eco', to: 'gov' }])
  })

  it('counts what would be written, and keeps the refused ones for whoever made the file', () => {
    const counts = countsOf(rows)
    expect(counts).toEqual({ refused: 1, created: 1, changed: 1, moved: 1, same: 1 })
    expect(written(counts)).toBe(3)
    expect(written(countsOf([]), 2)).toBe(2)
    expect(refusedText(rows)).toBe('a.csv:3\t上级 x 不存在')
  })

  it('reads lines out of places', () => {
    expect(lineOf('名册:2026.csv:12')).toBe(12)
    expect(lineOf('a.csv')).toBe(0)
  })
})

describe('the text of a roster', () => {
  it('is UTF-8 with or without its mark, or what spreadsheets write', () => {
    expect(textOf(new TextEncoder().encode('\uFEFF市城管委').buffer)).toBe('市城管委')
    expect(textOf(new Uint8Array([0xca, 0xd0, 0xb3, 0xc7]).buffer)).toBe('市城')
  })

  it('is told by its file or by how it begins', () => {
    expect(['a.csv', '机构.JSON', 'x.yml'].every(isRoster)).toBe(true)
    expect(['a.xlsx', '../a.csv', '.csv'].some(isRoster)).toBe(false)
    expect(kindOfText(' [{"code": "a"}]')).toBe('roster.json')
    expect(kindOfText('code,name\na,b')).toBe('roster.csv')
    expect(kindOfText('code\tname')).toBe('roster.csv')
    expect(kindOfText('- code: a')).toBe('roster.yaml')
  })

  it('takes cells copied out of a spreadsheet', () => {
    expect(asCsv('code\tname\r\na\t甲, "乙"')).toBe('code,name\na,"甲, ""乙"""')
    expect(asCsv('code,name\na,b\tc')).toBe('code,name\na,b\tc')
  })
})

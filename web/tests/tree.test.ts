import { describe, expect, it, vi } from 'vitest'
import { parentOf, sourceOf, useTree, type TreeNode } from '@/console/parts/tree'

const node = (path: string, zh: string, hasParts = false): TreeNode => ({ code: path.split('/').at(-2) ?? '', title: { zh, en: '' }, path, hasParts })
const CITY = [
  node('/4206/', '襄阳市', true),
  node('/4206/420602/', '襄城区', true),
  node('/4206/420606/', '樊城区', true),
  node('/4206/420606/420606001/', '王寨街道'),
  node('/4206/420606/420606002/', '中原街道'),
]
const source = sourceOf(async () => CITY)
const shown = (tree: ReturnType<typeof useTree>) => tree.rows.value.map((row) => `${'·'.repeat(row.depth)}${row.node.title.zh}`)

describe('a tree is read where it is opened', () => {
  it('asks for children once, and shows them below their parent', async () => {
    const children = vi.fn(source.children)
    const tree = useTree({ ...source, children })
    await tree.load('')
    expect(shown(tree)).toEqual(['襄阳市'])
    await tree.expand('4206')
    await tree.expand('420606')
    expect(shown(tree)).toEqual(['襄阳市', '·襄城区', '·樊城区', '··王寨街道', '··中原街道'])
    tree.collapse('420606')
    await tree.expand('420606')
    expect(children).toHaveBeenCalledTimes(3)
  })

  it('opens everything above what is chosen', async () => {
    const tree = useTree(source)
    await tree.reveal('420606002')
    expect(shown(tree)).toContain('··中原街道')
    expect(tree.active.value).toBe('420606002')
  })

  it('searches by name and code, and shows the tree again when the words are gone', async () => {
    const tree = useTree(source)
    await tree.load('')
    await tree.search('街道')
    expect(shown(tree)).toEqual(['王寨街道', '中原街道'])
    await tree.search('420606002')
    expect(shown(tree)).toEqual(['中原街道'])
    expect(tree.active.value).toBe('420606002')
    await tree.search('')
    expect(shown(tree)).toEqual(['襄阳市'])
  })

  it('answers the newest question only', async () => {
    let slow: (nodes: TreeNode[]) => void = () => undefined
    const tree = useTree({ ...source, search: (text) => (text === '王' ? new Promise((done) => (slow = done)) : source.search(text)) })
    const first = tree.search('王')
    await tree.search('中原')
    slow([CITY[0]!])
    await first
    expect(shown(tree)).toEqual(['中原街道'])
  })

  it('says what was refused', async () => {
    const tree = useTree({ ...source, children: () => Promise.reject(new Error('down')) })
    await tree.load('')
    expect(tree.problem.value).not.toBeNull()
    expect(tree.rows.value).toEqual([])
  })
})

describe('a tree is walked by keyboard', () => {
  it('goes in with right, out with left, and stops at the ends', async () => {
    const tree = useTree(source)
    await tree.load('')
    tree.press('ArrowDown')
    expect(tree.active.value).toBe('4206')
    tree.press('ArrowRight')
    await vi.waitFor(() => expect(tree.rows.value.length).toBe(3))
    tree.press('ArrowRight')
    expect(tree.active.value).toBe('420602')
    tree.press('End')
    expect(tree.active.value).toBe('420606')
    tree.press('ArrowDown')
    expect(tree.active.value).toBe('420606')
    tree.press('ArrowLeft')
    expect(tree.active.value).toBe('4206')
    tree.press('ArrowLeft')
    expect(shown(tree)).toEqual(['襄阳市'])
    expect(tree.press('a')).toBe(false)
  })

  it('knows parents by path', () => {
    expect(parentOf('/4206/420606/')).toBe('4206')
    expect(parentOf('/4206/')).toBe('')
  })
})

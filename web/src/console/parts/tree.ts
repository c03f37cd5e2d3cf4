/** A tree that is read piece by piece, shown as rows: what pickers and the organisation page have in common. */
import { asProblem, type Problem } from '@/shared/api/client'
import type { Title } from '@/shared/i18n'
import { computed, ref, shallowRef } from 'vue'

export interface TreeNode {
  code: string
  title: Title
  /** Codes from the root down: /4206/420606/. */
  path: string
  hasParts: boolean
  /** A word beside the name: the level, the kind. */
  note?: string
  isClosed?: boolean
}

/** Where the nodes come from. `''` stands for the roots. */
export interface TreeSource {
  children(parent: string): Promise<TreeNode[]>
  search(text: string): Promise<TreeNode[]>
  find(code: string): Promise<TreeNode | null>
}

export interface TreeRow {
  node: TreeNode
  depth: number
  isOpen: boolean
}

export const codesOf = (path: string): string[] => path.split('/').filter(Boolean)
export const parentOf = (path: string): string => codesOf(path).at(-2) ?? ''

export function useTree(source: TreeSource) {
  const nodes = shallowRef(new Map<string, TreeNode>())
  const children = shallowRef(new Map<string, string[]>())
  const open = shallowRef(new Set<string>())
  const loading = ref(0)
  const problem = shallowRef<Problem | null>(null)
  const query = ref('')
  const found = shallowRef<TreeNode[] | null>(null)
  const active = ref('')
  let asked = 0

  const rows = computed<TreeRow[]>(() => {
    if (found.value) return found.value.map((node) => ({ node, depth: 0, isOpen: false }))
    const shown: TreeRow[] = []
    const add = (parent: string, depth: number) => {
      for (const code of children.value.get(parent) ?? []) {
        const node = nodes.value.get(code)
        if (!node) continue
        shown.push({ node, depth, isOpen: open.value.has(code) })
        if (open.value.has(code)) add(code, depth + 1)
      }
    }
    add('', 0)
    return shown
  })

  async function guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
    loading.value += 1
    try {
      const got = await work()
      problem.value = null
      return got
    } catch (error) {
      problem.value = asProblem(error)
      return undefined
    } finally {
      loading.value -= 1
    }
  }

  async function load(parent: string, again = false): Promise<void> {
    if (children.value.has(parent) && !again) return
    const got = await guarded(() => source.children(parent))
    if (!got) return
    nodes.value = new Map([...nodes.value, ...got.map((node) => [node.code, node] as const)])
    children.value = new Map(children.value).set(parent, got.map((node) => node.code))
  }

  async function expand(code: string): Promise<void> {
    open.value = new Set(open.value).add(code)
    await load(code)
  }

  function collapse(code: string): void {
    const left = new Set(open.value)
    left.delete(code)
    open.value = left
  }

  /** Opens everything above a node, so that it is a row. */
  async function reveal(code: string): Promise<void> {
    const node = nodes.value.get(code) ?? (await guarded(() => source.find(code)))
    await load('')
    if (!node) return
    for (const above of codesOf(node.path).slice(0, -1)) await expand(above)
    active.value = code
  }

  async function search(text: string): Promise<void> {
    query.value = text
    const mine = (asked += 1)
    if (!text.trim()) {
      found.value = null
      return
    }
    const got = await guarded(() => source.search(text.trim()))
    if (got && mine === asked) {
      found.value = got
      active.value = got[0]?.code ?? ''
    }
  }

  /** What was read is read again; what is open stays open. */
  async function refresh(): Promise<void> {
    await Promise.all([...children.value.keys()].map((parent) => load(parent, true)))
    if (query.value.trim()) await search(query.value)
  }

  function activate(code: string): void {
    active.value = code
  }

  function step(by: number): void {
    const at = rows.value.findIndex((row) => row.node.code === active.value)
    const next = rows.value[Math.max(0, Math.min(rows.value.length - 1, at < 0 ? 0 : at + by))]
    if (next) active.value = next.node.code
  }

  /** Arrows, Home and End as in every tree (WAI-ARIA); true when the key was one of them. */
  function press(key: string): boolean {
    const row = rows.value.find((one) => one.node.code === active.value)
    const moves: Record<string, () => unknown> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Home: () => step(-rows.value.length),
      End: () => step(rows.value.length),
    }
    if (row && !found.value) {
      moves.ArrowRight = () => (row.isOpen ? step(1) : row.node.hasParts && void expand(row.node.code))
      moves.ArrowLeft = () => {
        if (row.isOpen) collapse(row.node.code)
        else active.value = parentOf(row.node.path) || row.node.code
      }
    }
    const move = moves[key]
    move?.()
    return Boolean(move)
  }

  return { rows, nodes, open, active, query, found, loading, problem, load, expand, collapse, activate, reveal, search, refresh, press }
}

export type Tree = ReturnType<typeof useTree>

/** A source over a list that is already here. */
export function sourceOf(all: () => Promise<TreeNode[]>): TreeSource {
  const said = (node: TreeNode) => `${node.title.zh}\n${node.title.en}\n${node.code}`.toLowerCase()
  return {
    children: async (parent) => (await all()).filter((node) => parentOf(node.path) === parent),
    search: async (text) => (await all()).filter((node) => said(node).includes(text.toLowerCase())).slice(0, 100),
    find: async (code) => (await all()).find((node) => node.code === code) ?? null,
  }
}

/** A trace as a drawing: columns from the reading to the end, nodes with places, lines between them. */
import type { Schemas } from '@/shared/api/client'

export type Fact = Schemas['FactOut']
export type Chain = Schemas['ChainOut']

export const COLUMNS = ['reading', 'alarm', 'value', 'signal', 'case', 'assignment', 'notice', 'report', 'ending'] as const
export type Column = (typeof COLUMNS)[number]

export interface Node {
  ref: string
  column: Column
  fact: Fact
  /** More of the same column than are drawn. */
  more: number
  x: number
  y: number
}

export interface Line {
  from: string
  to: string
  relation: string
}

export interface Drawn {
  columns: Column[]
  /** Of one node. */
  nodeWidth: number
  nodes: Node[]
  lines: Line[]
  width: number
  height: number
}

export const NODE = { height: 108, gapX: 72, gapY: 16, narrowest: 132, widest: 232 }
export const MOST = 6

/** A case that has ended gets a last node of its own, so that the chain ends where the matter did. */
function withEnding(chain: Chain): Chain {
  const facts = [...chain.facts]
  const links = [...chain.links]
  for (const fact of chain.facts) {
    if (fact.kind !== 'case' || fact.withheld || !fact.data.closed_at) continue
    const ref = `${fact.ref}-end`
    facts.push({ ...fact, ref, kind: 'ending', at: String(fact.data.closed_at), state: String(fact.data.outcome ?? ''), told: [] })
    const tasks = chain.links.filter((link) => link.cause === fact.ref && facts.find((one) => one.ref === link.effect)?.kind === 'assignment')
    const from = tasks.length ? tasks.map((link) => link.effect) : [fact.ref]
    for (const cause of from.slice(-1)) links.push({ cause, effect: ref, relation: 'ended', event: null })
  }
  return { ...chain, facts, links }
}

/** Drawn as wide as there is room, `all` names the columns that are shown whole. */
export function draw(given: Chain, all: ReadonlySet<string> = new Set(), room = 1160): Drawn {
  const chain = withEnding(given)
  const columns = COLUMNS.filter((column) => chain.facts.some((fact) => fact.kind === column))
  const nodeWidth = Math.floor(Math.min(NODE.widest, Math.max(NODE.narrowest, (room - (columns.length - 1) * NODE.gapX) / Math.max(1, columns.length))))
  const nodes: Node[] = []
  let tallest = 1
  for (const [index, column] of columns.entries()) {
    const facts = chain.facts.filter((fact) => fact.kind === column)
    const shown = all.has(column) || facts.length <= MOST ? facts : facts.slice(0, MOST - 1)
    tallest = Math.max(tallest, shown.length + Number(shown.length < facts.length))
    for (const [row, fact] of shown.entries())
      nodes.push({ ref: fact.ref, column, fact, more: 0, x: index * (nodeWidth + NODE.gapX), y: row * (NODE.height + NODE.gapY) })
    const rest = facts[shown.length]
    if (rest) nodes.push({ ref: `${column}-more`, column, fact: rest, more: facts.length - shown.length, x: index * (nodeWidth + NODE.gapX), y: shown.length * (NODE.height + NODE.gapY) })
  }
  centre(nodes, columns, tallest)
  const there = new Set(nodes.map((node) => node.ref))
  const lines = chain.links
    .filter((link) => there.has(link.cause) && there.has(link.effect))
    .map((link) => ({ from: link.cause, to: link.effect, relation: link.relation }))
  const width = columns.length * nodeWidth + Math.max(0, columns.length - 1) * NODE.gapX
  return { columns: [...columns], nodeWidth, nodes, lines, width, height: tallest * NODE.height + (tallest - 1) * NODE.gapY }
}

/** Short columns stand in the middle of the tallest. */
function centre(nodes: Node[], columns: readonly Column[], tallest: number): void {
  for (const column of columns) {
    const mine = nodes.filter((node) => node.column === column)
    const down = ((tallest - mine.length) * (NODE.height + NODE.gapY)) / 2
    for (const node of mine) node.y += down
  }
}

/** The line from the right edge of a node to the left edge of the next; within a column it bows out. */
export function pathOf(drawn: Drawn, line: Line): string {
  const from = drawn.nodes.find((node) => node.ref === line.from)
  const to = drawn.nodes.find((node) => node.ref === line.to)
  if (!from || !to) return ''
  const [x1, y1] = [from.x + drawn.nodeWidth, from.y + NODE.height / 2]
  const [x2, y2] = [to.x, to.y + NODE.height / 2]
  if (from.column === to.column) return `M${x1} ${y1} C${x1 + 40} ${y1} ${x1 + 40} ${y2} ${x1} ${y2}`
  const bend = Math.max(24, (x2 - x1) / 2)
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
}

/** The fact that a message on the bus is about, as far as the viewer may see it: where a timeline's cause leads. */
export function factOfEvent(chain: Chain | null, event: string): Fact | null {
  if (!event || !chain) return null
  return chain.facts.find((fact) => !fact.withheld && fact.told.some((one) => one.id === event)) ?? null
}

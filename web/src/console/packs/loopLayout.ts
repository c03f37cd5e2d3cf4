/**
 * Where the boxes and arrows of a loop stand: a column for each stage, its states below one another, arrows along
 * channels between the columns and above and below all boxes, so that none runs through a box.
 */
import { ANY, type Loop } from './loops'

export interface Box {
  key: string
  x: number
  y: number
  width: number
  height: number
  /** Steps that lead back into the same state. */
  again: string[]
  isInitial: boolean
}
export interface Arrow {
  from: string
  to: string
  path: [number, number][]
  label: { x: number; y: number; anchor: 'start' | 'middle' | 'end'; lines: string[] }
  isAutomatic: boolean
}
export interface Drawing {
  width: number
  height: number
  columns: { key: string; x: number; width: number }[]
  boxes: Box[]
  arrows: Arrow[]
}

export const LINE = 16
const BOX = 136
const HEAD = 40
const GAP = 44
const SLOT = 11
const PAD = 12
const LANE = 14

/** About how wide a text is at 12 px: ideographs are square, other letters half as wide. */
export const widthOf = (text: string): number => [...text].reduce((sum, one) => sum + (one.charCodeAt(0) > 0x2e7f ? 12.5 : 6.7), 0)

type Side = 'left' | 'right' | 'top' | 'bottom'
interface Edge {
  from: string
  to: string
  lines: string[]
  isAutomatic: boolean
  leaves: Side
  enters: Side
  /** How it goes: down its own column, within one channel, or through a lane above or below. */
  way: 'straight' | 'channel' | 'over' | 'under'
}

/** The arrows: steps between the same two states are one, those that stay are none. */
function edgesOf(loop: Loop, word: (title: { zh: string; en: string }) => string): { edges: Pick<Edge, 'from' | 'to' | 'lines' | 'isAutomatic'>[]; again: Map<string, string[]> } {
  const edges = new Map<string, Pick<Edge, 'from' | 'to' | 'lines' | 'isAutomatic'>>()
  const again = new Map<string, string[]>()
  for (const step of loop.transitions) {
    if (!step.to) continue
    for (const from of step.from) {
      if (from === step.to) {
        again.set(from, [...(again.get(from) ?? []), word(step.title)])
        continue
      }
      const key = `${from}>${step.to}`
      const known = edges.get(key)
      if (known) Object.assign(known, { lines: [...known.lines, word(step.title)], isAutomatic: known.isAutomatic && Boolean(step.automatic) })
      else edges.set(key, { from, to: step.to, lines: [word(step.title)], isAutomatic: Boolean(step.automatic) })
    }
  }
  return { edges: [...edges.values()], again }
}

interface Place {
  column: number
  row: number
}

function placesOf(loop: Loop, edges: { from: string; to: string }[]): Map<string, Place> {
  const places = new Map<string, Place>()
  const filled: number[] = loop.stages.map(() => 0)
  for (const state of loop.states) {
    const column = Math.max(0, loop.stages.findIndex((stage) => stage.key === state.stage))
    const row = filled[column] ?? 0
    filled[column] = row + 1
    places.set(state.key, { column, row })
  }
  const targets = edges.filter((edge) => edge.from === ANY).map((edge) => places.get(edge.to)?.column ?? 0)
  if (targets.length) places.set(ANY, { column: Math.max(0, Math.min(...targets) - 1), row: Math.max(...filled) - (Math.max(...filled) > (filled[Math.max(0, Math.min(...targets) - 1)] ?? 0) ? 1 : 0) })
  return places
}

function routed(edge: Pick<Edge, 'from' | 'to' | 'lines' | 'isAutomatic'>, from: Place, to: Place): Edge {
  const by = to.column - from.column
  if (by === 0 && Math.abs(to.row - from.row) === 1) return { ...edge, way: 'straight', leaves: to.row > from.row ? 'bottom' : 'top', enters: to.row > from.row ? 'top' : 'bottom' }
  if (by === 0) return { ...edge, way: 'channel', leaves: 'right', enters: 'right' }
  if (by === 1) return { ...edge, way: 'channel', leaves: 'right', enters: 'left' }
  if (by === -1) return { ...edge, way: 'channel', leaves: 'left', enters: 'right' }
  return by > 1 ? { ...edge, way: 'under', leaves: 'right', enters: 'left' } : { ...edge, way: 'over', leaves: 'right', enters: 'left' }
}

interface End {
  edge: Edge
  box: string
  side: Side
  /** Room that its label takes at this end. */
  room: number
}

/** Both ends of every arrow; the label of one within a channel stands where it leaves. */
function endsOf(edges: Edge[]): End[] {
  const label = (edge: Edge) => (edge.way === 'channel' ? edge.lines.length * LINE + 8 : LANE)
  return edges.flatMap((edge) => [
    { edge, box: edge.from, side: edge.leaves, room: label(edge) },
    { edge, box: edge.to, side: edge.enters, room: LANE },
  ])
}

const sum = (all: number[]): number => all.reduce((one, other) => one + other, 0)

export function draw(loop: Loop, word: (title: { zh: string; en: string }) => string): Drawing {
  const { edges: bare, again } = edgesOf(loop, word)
  const places = placesOf(loop, bare)
  const edges = bare.flatMap((edge) => {
    const from = places.get(edge.from)
    const to = places.get(edge.to)
    return from && to ? [routed(edge, from, to)] : []
  })
  const at = (key: string): Place => places.get(key) ?? { column: 0, row: 0 }
  const ends = endsOf(edges)
  const endsAt = (box: string, side: Side) =>
    ends.filter((end) => end.box === box && end.side === side).sort((one, other) => {
      const far = (end: End) => { const place = at(end.edge.from === box ? end.edge.to : end.edge.from); return end.edge.way === 'over' ? -1 : end.edge.way === 'under' ? 99 : place.row }
      return far(one) - far(other)
    })

  // Heights: of the rows, after what the fullest side of a box needs.
  const rows = Math.max(...[...places.values()].map((place) => place.row)) + 1
  const heightOf = (key: string) => Math.max(52 + (again.get(key)?.length ?? 0) * LINE, ...(['left', 'right'] as const).map((side) => sum(endsAt(key, side).map((end) => end.room)) + 8))
  const rowHeights = Array.from({ length: rows }, (_, row) => Math.max(0, ...[...places].filter(([, place]) => place.row === row).map(([key]) => heightOf(key))))
  const over = edges.filter((edge) => edge.way === 'over')
  const under = edges.filter((edge) => edge.way === 'under')
  const laneHeight = (edge: Edge) => edge.lines.length * LINE + 8
  const top = HEAD + sum(over.map(laneHeight)) + (over.length ? PAD : 0)
  const rowTop = (row: number) => top + sum(rowHeights.slice(0, row)) + row * GAP
  const bottom = rowTop(rows - 1) + (rowHeights[rows - 1] ?? 0)

  // Channels: one left of every column and one behind the last; each arrow that turns there has a line of its own.
  const channels = loop.stages.length + 1
  const turns: { edge: Edge; part: 'one' | 'out' | 'in' }[][] = Array.from({ length: channels }, () => [])
  for (const edge of edges) {
    const out = at(edge.from).column + (edge.leaves === 'right' ? 1 : 0)
    const into = at(edge.to).column + (edge.enters === 'right' ? 1 : 0)
    if (edge.way === 'channel') turns[out]?.push({ edge, part: 'one' })
    else if (edge.way !== 'straight') {
      turns[out]?.push({ edge, part: 'out' })
      turns[into]?.push({ edge, part: 'in' })
    }
  }
  const labelWidth = (channel: number, side: 'left' | 'right') => {
    const mine = (turns[channel] ?? []).filter((turn) => turn.part === 'one' && (turn.edge.leaves === 'right' ? 'left' : 'right') === side)
    const beside = edges.filter((edge) => edge.way === 'straight' && at(edge.from).column === (side === 'left' ? channel - 1 : channel)).map((edge) => Math.max(0, Math.max(...edge.lines.map(widthOf)) + 12 - BOX / 3))
    return Math.max(0, ...mine.flatMap((turn) => turn.edge.lines.map((line) => widthOf(line) + 14)), ...beside)
  }
  const widths = Array.from({ length: channels }, (_, channel) => {
    const count = turns[channel]?.length ?? 0
    const least = channel === 0 || channel === channels - 1 ? 0 : 36
    return Math.max(least, PAD * 2 + labelWidth(channel, 'left') + labelWidth(channel, 'right') + Math.max(0, count - 1) * SLOT)
  })
  const channelLeft = (channel: number) => sum(widths.slice(0, channel)) + channel * BOX
  const columnLeft = (column: number) => channelLeft(column) + (widths[column] ?? 0)
  const turnX = (edge: Edge, part: 'one' | 'out' | 'in', channel: number) => {
    const slot = (turns[channel] ?? []).findIndex((turn) => turn.edge === edge && turn.part === part)
    return channelLeft(channel) + PAD + labelWidth(channel, 'left') + Math.max(0, slot) * SLOT
  }

  const boxes = [...places].map(([key, place]): Box => {
    const height = heightOf(key)
    return { key, x: columnLeft(place.column), y: rowTop(place.row) + ((rowHeights[place.row] ?? height) - height) / 2, width: BOX, height, again: again.get(key) ?? [], isInitial: key === loop.initial }
  })
  const boxOf = new Map(boxes.map((box) => [box.key, box]))

  /** Where an arrow touches a box. */
  function port(edge: Edge, which: 'from' | 'to'): [number, number] {
    const box = boxOf.get(edge[which])
    const side = which === 'from' ? edge.leaves : edge.enters
    if (!box) return [0, 0]
    const mine = endsAt(box.key, side)
    const index = mine.findIndex((end) => end.edge === edge)
    if (side === 'top' || side === 'bottom') return [box.x + (BOX * (side === 'bottom' === (which === 'from') ? 1 : 2)) / 3, side === 'top' ? box.y : box.y + box.height]
    const rooms = mine.map((end) => end.room)
    const start = box.y + (box.height - sum(rooms)) / 2
    const room = rooms[index] ?? 0
    const isNamed = which === 'from' && edge.way === 'channel' && mine.length > 1
    const y = start + sum(rooms.slice(0, index)) + (isNamed ? room - 4 : room / 2)
    return [side === 'left' ? box.x : box.x + BOX, y]
  }

  const laneY = (edge: Edge) => (edge.way === 'over' ? HEAD + sum(over.slice(0, over.indexOf(edge) + 1).map(laneHeight)) : bottom + PAD + sum(under.slice(0, under.indexOf(edge) + 1).map(laneHeight)))
  const arrows = edges.map((edge): Arrow => {
    const start = port(edge, 'from')
    const end = port(edge, 'to')
    const common = { from: edge.from, to: edge.to, isAutomatic: edge.isAutomatic }
    const out = at(edge.from).column + (edge.leaves === 'right' ? 1 : 0)
    if (edge.way === 'straight') {
      const down = end[1] > start[1]
      return { ...common, path: [start, [start[0], end[1]]], label: { x: start[0] + (down ? -6 : 6), y: (start[1] + end[1]) / 2, anchor: down ? 'end' : 'start', lines: edge.lines } }
    }
    if (edge.way === 'channel') {
      const x = turnX(edge, 'one', out)
      const right = edge.leaves === 'right'
      return { ...common, path: [start, [x, start[1]], [x, end[1]], end], label: { x: start[0] + (right ? 6 : -6), y: start[1] - 2 - (edge.lines.length * LINE) / 2, anchor: right ? 'start' : 'end', lines: edge.lines } }
    }
    const into = at(edge.to).column + (edge.enters === 'right' ? 1 : 0)
    const y = laneY(edge)
    const [one, two] = [turnX(edge, 'out', out), turnX(edge, 'in', into)]
    return { ...common, path: [start, [one, start[1]], [one, y], [two, y], [two, end[1]], end], label: { x: (one + two) / 2, y: y - 2 - (edge.lines.length * LINE) / 2, anchor: 'middle', lines: edge.lines } }
  })

  const columns = loop.stages.map((stage, column) => ({ key: stage.key, x: columnLeft(column), width: BOX }))
  return { width: channelLeft(channels - 1) + (widths[channels - 1] ?? 0), height: bottom + PAD * 2 + sum(under.map(laneHeight)), columns, boxes, arrows }
}

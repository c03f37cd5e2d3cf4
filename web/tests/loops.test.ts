import { describe, expect, it } from 'vitest'
import { isSame, said, valueOf } from '@/console/packs/declared'
import { draw, widthOf, type Drawing } from '@/console/packs/loopLayout'
import { ANY, declaredLoops, foreignLoops, loopOf, stepsFrom, type Loop } from '@/console/packs/loops'

const title = (zh: string) => ({ zh, en: zh })
const step = (key: string, from: string[], to?: string, more = {}) => ({ key, title: title(key), from, ...(to ? { to } : {}), who: ['holder'], ...more })
const LOOP: Loop = {
  key: 'urban.grid', title: title('闭环'), initial: 'reported',
  stages: ['a', 'b', 'c', 'd'].map((key) => ({ key, title: title(key) })),
  states: [
    { key: 'reported', stage: 'a', kind: 'waiting', title: title('已上报') },
    { key: 'to_dispatch', stage: 'b', kind: 'waiting', title: title('待派遣') },
    { key: 'dispatched', stage: 'b', kind: 'waiting', title: title('待接收') },
    { key: 'handling', stage: 'c', kind: 'working', title: title('办理中') },
    { key: 'closed', stage: 'd', kind: 'ended', title: title('已结案') },
    { key: 'ended', stage: 'd', kind: 'ended', title: title('已终结') },
  ],
  transitions: [
    step('register', ['reported'], 'to_dispatch', { automatic: true }), step('dispatch', ['to_dispatch'], 'dispatched'), step('accept', ['dispatched'], 'handling'),
    step('return', ['dispatched', 'handling'], 'to_dispatch'), step('transfer', ['dispatched', 'handling'], 'dispatched'), step('assist', ['handling']),
    step('finish', ['handling'], 'closed'), step('duplicate', [ANY], 'ended'), step('no_action', [ANY], 'ended'), step('not_ours', ['to_dispatch'], 'ended'), step('reopen', ['closed', 'ended'], 'to_dispatch'),
  ],
}
const picture = draw(LOOP, (one) => one.zh)
const arrow = (from: string, to: string) => picture.arrows.find((one) => one.from === from && one.to === to)

/** The boxes that a way runs through, its own ends left out. */
function crossed(drawing: Drawing): string[] {
  return drawing.arrows.flatMap((one) =>
    one.path.slice(1).flatMap((end, index) => {
      const start = one.path[index] ?? end
      const [left, right] = [Math.min(start[0], end[0]), Math.max(start[0], end[0])]
      const [top, bottom] = [Math.min(start[1], end[1]), Math.max(start[1], end[1])]
      return drawing.boxes.filter((box) => left < box.x + box.width - 1 && right > box.x + 1 && top < box.y + box.height - 1 && bottom > box.y + 1).map((box) => `${one.from}>${one.to} through ${box.key}`)
    }),
  )
}

describe('a loop as a picture', () => {
  it('has every state once, under its stage, and none over another', () => {
    expect(picture.boxes.map((box) => box.key).sort()).toEqual([...LOOP.states.map((state) => state.key), ANY].sort())
    for (const box of picture.boxes) for (const other of picture.boxes) {
      if (box === other) continue
      expect(box.x + box.width <= other.x || other.x + other.width <= box.x || box.y + box.height <= other.y || other.y + other.height <= box.y, `${box.key} over ${other.key}`).toBe(true)
    }
    const columns = LOOP.states.map((state) => picture.boxes.find((box) => box.key === state.key)?.x)
    expect(columns[1]).toBe(columns[2])
    expect(columns[0]).toBeLessThan(columns[1] ?? 0)
  })

  it('draws every step that leads elsewhere, two between the same states as one, and none through a box', () => {
    expect(arrow(ANY, 'ended')?.label.lines).toEqual(['duplicate', 'no_action'])
    expect(arrow('handling', 'to_dispatch')).toBeDefined()
    expect(arrow('reported', 'to_dispatch')?.isAutomatic).toBe(true)
    expect(picture.arrows).toHaveLength(11)
    expect(crossed(picture)).toEqual([])
  })

  it('keeps steps back into the same state in the box, and those that stay out of the picture', () => {
    expect(picture.boxes.find((box) => box.key === 'dispatched')?.again).toEqual(['transfer'])
    expect(picture.arrows.flatMap((one) => one.label.lines)).not.toContain('assist')
  })

  it('stays within its own measure', () => {
    for (const one of picture.arrows) for (const [x, y] of one.path) {
      expect(x >= 0 && x <= picture.width && y >= 0 && y <= picture.height, `${one.from}>${one.to}`).toBe(true)
    }
  })

  it('gives longer names more room', () => {
    const long = draw(LOOP, (one) => `${one.zh} and a good deal more`)
    expect(long.width).toBeGreaterThan(picture.width)
    expect(crossed(long)).toEqual([])
    expect(widthOf('派遣')).toBeGreaterThan(widthOf('ab'))
  })

  it('takes a loop of one stage and two states', () => {
    const small = draw({ ...LOOP, stages: [{ key: 'a', title: title('a') }], states: LOOP.states.slice(0, 2).map((state) => ({ ...state, stage: 'a' })), transitions: [step('go', ['reported'], 'to_dispatch'), step('any', [ANY], 'to_dispatch'), step('back', ['to_dispatch'], 'reported')] }, (one) => one.zh)
    expect(small.boxes).toHaveLength(3)
    expect(crossed(small)).toEqual([])
  })
})

describe('the loops of a pack', () => {
  it('are those it declares and those that its kinds of case go through', () => {
    const declares = { 'cases.yaml': { loops: [LOOP, { key: 'broken' }], case_types: [{ loop: 'urban.grid' }, { loop: 'standard' }, { loop: 'standard' }] } }
    expect(declaredLoops(declares)).toEqual([LOOP])
    expect(foreignLoops(declares)).toEqual(['standard'])
    expect([declaredLoops({}), foreignLoops({}), loopOf(null), loopOf({ key: 'x' })]).toEqual([[], [], null, null])
  })

  it('say what can be done in a state; nothing from everywhere holds in an ended one', () => {
    const at = (key: string) => stepsFrom(LOOP, LOOP.states.find((state) => state.key === key) ?? LOOP.states[0]!).map((one) => one.key)
    expect(at('handling')).toEqual(['return', 'transfer', 'assist', 'finish', 'duplicate', 'no_action'])
    expect(at('ended')).toEqual(['reopen'])
  })
})

describe('a value of an adjustment', () => {
  it('is shown as text and read back as it was', () => {
    for (const value of [180, 'text', { a: [1] }, true]) expect(valueOf(said(value))).toEqual(value)
    expect(said(null)).toBe('')
    expect(isSame(undefined, null)).toBe(true)
    expect(isSame({ a: 1 }, { a: 2 })).toBe(false)
  })
})

import { effectScope, nextTick, ref } from 'vue'
import { describe, expect, it } from 'vitest'
import { Problem } from '@/shared/api/client'
import { useAction, useLoad, usePages } from '@/shared/load'

/** A server that answers when it is told to. */
function server<T>() {
  const asked: { signal: AbortSignal; answer: (value: T) => void; refuse: (problem: unknown) => void }[] = []
  const get = (signal: AbortSignal) => new Promise<T>((answer, refuse) => asked.push({ signal, answer, refuse }))
  return { asked, get }
}

const settled = async () => {
  for (let turn = 0; turn < 6; turn += 1) await nextTick()
}

describe('useLoad', () => {
  it('shows what was there while it loads again, and keeps it when that is refused', async () => {
    const { asked, get } = server<string>()
    const load = effectScope().run(() => useLoad(get))!
    asked[0]!.answer('first')
    await settled()
    void load.refresh()
    expect([load.data.value, load.loading.value]).toEqual(['first', true])
    asked[1]!.refuse(new Problem(503, { title: 'off' }))
    await settled()
    expect([load.data.value, load.loading.value, load.problem.value?.status]).toEqual(['first', false, 503])
  })

  it('answers a flood of refreshes with one more question, and ends with the newest answer', async () => {
    const { asked, get } = server<string>()
    const load = effectScope().run(() => useLoad(get))!
    for (let turn = 0; turn < 20; turn += 1) void load.refresh()
    expect(asked).toHaveLength(1)
    asked[0]!.answer('old')
    await settled()
    expect(asked).toHaveLength(2)
    expect(asked[0]!.signal.aborted).toBe(false)
    asked[1]!.answer('new')
    await settled()
    expect(load.data.value).toBe('new')
    expect(asked).toHaveLength(2)
  })

  it('breaks off an old question when the source changes, whichever answer comes first', async () => {
    const { asked, get } = server<string>()
    const source = ref(1)
    const load = effectScope().run(() => useLoad(get, source))!
    source.value = 2
    await settled()
    expect(asked[0]!.signal.aborted).toBe(true)
    asked[1]!.answer('second')
    await settled()
    asked[0]!.answer('first')
    await settled()
    expect(load.data.value).toBe('second')
  })
})

describe('usePages', () => {
  it('appends page after page and stops at the last', async () => {
    const pages: Record<string, { items: number[]; next: string | null }> = { start: { items: [1, 2], next: 'b' }, b: { items: [3], next: null } }
    const asked: (string | undefined)[] = []
    const list = effectScope().run(() => usePages<number>(async (after) => (asked.push(after), pages[after ?? 'start']!)))!
    await settled()
    await list.more()
    await list.more()
    expect(list.items.value).toEqual([1, 2, 3])
    expect(asked).toEqual([undefined, 'b'])
  })
})

describe('useAction', () => {
  it('runs once at a time and tells what was refused', async () => {
    let calls = 0
    const act = effectScope().run(() => useAction(async () => {
      calls += 1
      throw new Problem(409, { title: 'changed' })
    }))!
    await Promise.all([act.run(), act.run()])
    expect([calls, act.busy.value, act.problem.value?.message]).toEqual([1, false, 'changed'])
  })
})

import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, reactive, ref, type Ref } from 'vue'
import { useDraft, type FormDraft } from '@/console/parts/useDraft'
import { me, type Me } from '@/shared/session'

const as = (id: number) => (me.value = { id, grants: [] } as unknown as Me)
const blank = () => ({ name: '', reach: { role: '', level: 2 }, tags: [] as string[], password: '' })

/** A form that is open until it is closed; `leave` is what a session's end does: the page goes, nobody closed anything. */
function open(name: string | Ref<string> = 'users/new', form = reactive(blank())) {
  let draft!: FormDraft
  const view = mount(defineComponent({ setup: () => ((draft = useDraft(name, form)), () => h('p')) }))
  const leave = async () => {
    await flushPromises()
    view.unmount()
  }
  return { form, draft, leave }
}

describe('what is typed into a form', () => {
  beforeEach(() => {
    localStorage.clear()
    as(7)
  })

  it('is there again for the same person, down to its fields', async () => {
    const first = open()
    Object.assign(first.form, { name: '李雷', tags: ['a', 'b'] })
    first.form.reach.role = 'handler'
    await first.leave()

    const { form, draft } = open()
    expect(form).toEqual({ name: '李雷', reach: { role: 'handler', level: 2 }, tags: ['a', 'b'], password: '' })
    expect(draft.restoredAt.value).toBeGreaterThan(0)
  })

  it('is seen by nobody else, and in no other form', async () => {
    const first = open()
    first.form.name = '李雷'
    await first.leave()
    expect(open('tokens/new').form.name).toBe('')
    as(8)
    const other = open()
    expect([other.form.name, other.draft.restoredAt.value]).toEqual(['', 0])
    as(7)
    expect(open().form.name).toBe('李雷')
  })

  it('is kept under the one who typed it, even when another signs in before the page goes', async () => {
    const first = open()
    first.form.name = '李雷'
    as(8)
    await first.leave()
    expect(open().form.name).toBe('')
  })

  it('never holds a password', async () => {
    const first = open()
    Object.assign(first.form, { name: '李雷', password: 'a long secret' })
    await first.leave()
    expect(Object.values({ ...localStorage }).join()).not.toContain('a long secret')
    expect(open().form).toMatchObject({ name: '李雷', password: '' })
  })

  it('goes once it is sent, given up, or begun anew', async () => {
    const first = open()
    first.form.name = '李雷'
    await flushPromises()
    first.draft.drop()
    await first.leave()
    expect(localStorage.length).toBe(0)

    const second = open()
    second.form.name = '韩梅梅'
    await second.leave()
    const third = open()
    third.draft.discard()
    expect(third.form.name).toBe('')
    await third.leave()
    expect(localStorage.length).toBe(0)
  })

  it('is kept while one types, and not once everything is as it was', async () => {
    vi.useFakeTimers()
    const { form } = open()
    form.name = '李'
    await flushPromises()
    vi.advanceTimersByTime(400)
    expect(localStorage.length).toBe(1)
    form.name = ''
    await flushPromises()
    vi.advanceTimersByTime(400)
    expect(localStorage.length).toBe(0)
    vi.useRealTimers()
  })

  it('begins and ends with a dialog that stays on its page', async () => {
    const name = ref('')
    const { form } = open(name)
    name.value = 'things/T1'
    await flushPromises()
    form.name = '水泵'
    await flushPromises()
    name.value = ''
    await flushPromises()
    expect(localStorage.length).toBe(0)
  })
})

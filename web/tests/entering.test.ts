import { afterEach, describe, expect, it, vi } from 'vitest'
import { emptyMatter, refusalAt, send, wrongOf, type Matter } from '@/console/signals/entering'
import { api, Problem } from '@/shared/api/client'

const caller = { name: '李雷', phone: '13800001234' }
const matter = (more: Partial<Matter> = {}): Matter => ({ ...emptyMatter('hotline'), text: '井盖松动', address: '东湖边', ...more })

afterEach(() => vi.restoreAllMocks())

async function bodyOf(one: Matter) {
  const post = vi.spyOn(api, 'POST').mockResolvedValue({ data: { accepted: 1, duplicates: 0, rejected: [], ids: [17] }, response: new Response() } as never)
  expect(await send(one, caller)).toEqual({ id: 17, isNew: true })
  return (post.mock.lastCall as unknown as [string, { body: object }])[1].body
}

describe('a matter that is entered', () => {
  it('needs words and a place, be it on the map or by address', () => {
    expect(Object.keys(wrongOf(matter({ text: ' ', address: '' }), caller))).toEqual(['text', 'place'])
    expect(wrongOf(matter({ address: '', lon: 112.88, lat: 30.95 }), caller)).toEqual({})
    expect(wrongOf(matter(), caller)).toEqual({})
  })

  it.each(['138001', '12345678901', 'abc'])('has no telephone number %s', (phone) => {
    expect(Object.keys(wrongOf(matter(), { name: '', phone }))).toEqual(['phone'])
    expect(wrongOf(matter({ kind: 'grid' }), { name: '', phone })).toEqual({})
  })

  it.each(['', '13800001234', '+86 13800001234', '0710-3512345', '+4915112345678'])('may have the number "%s"', (phone) => {
    expect(wrongOf(matter(), { name: '', phone })).toEqual({})
  })

  it('is sent under its own key, with who called only where somebody called', async () => {
    const one = matter()
    expect(await bodyOf(one)).toMatchObject({ kind: 'hotline', source_id: one.key, reporter: caller })
    expect(await bodyOf(matter({ kind: 'grid' }))).not.toHaveProperty('reporter')
  })

  it('is refused where the reason belongs', () => {
    const problem = new Problem(400, { errors: [{ field: 'lon', code: 'signal.elsewhere', reason: 'not yours', cure: '' }] as never })
    expect(refusalAt(problem, 'place')).toBe('not yours')
    expect(refusalAt(problem, 'text')).toBe('')
  })
})

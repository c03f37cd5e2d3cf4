import { describe, expect, it } from 'vitest'
import { changeOf, moreOf, queryOfUsers, USUAL, type Reach } from '@/console/users/asking'

const reach = (now: [number, boolean], then: [number, boolean]): Reach => ({ kind: 'case', now: { count: now[0], is_more: now[1] }, then: { count: then[0], is_more: then[1] } })

describe('what the list of accounts is asked', () => {
  it('asks for nothing that is not filtered', () => expect(queryOfUsers(USUAL)).toEqual({}))

  it('carries every filter, and a name without the blanks around it', () => {
    expect(queryOfUsers({ q: ' 王芳 ', organisation: 'urban', role: 'handler', state: 'inactive' })).toEqual({ q: '王芳', organisation: 'urban', role: 'handler', is_active: false })
    expect(queryOfUsers({ ...USUAL, state: 'active' })).toEqual({ is_active: true })
  })

  it('does not trip over an address that somebody typed', () => expect(queryOfUsers({ ...USUAL, state: 'x', q: '   ' })).toEqual({}))
})

describe('what a duty more does to what is seen', () => {
  it('tells the same, the first sight of a kind, and more of it', () => {
    expect(changeOf(reach([7, false], [7, false]))).toBe('same')
    expect(changeOf(reach([1000, true], [1000, true]))).toBe('same')
    expect(changeOf(reach([0, false], [7, false]))).toBe('opens')
    expect(changeOf(reach([7, false], [1000, true]))).toBe('more')
    expect(changeOf(reach([1000, false], [1000, true]))).toBe('more')
  })

  it('counts how many more only where both counts are exact', () => {
    expect(moreOf(reach([7, false], [19, false]))).toBe(12)
    expect(moreOf(reach([7, false], [1000, true]))).toBeNull()
  })
})

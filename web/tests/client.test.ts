import { describe, expect, it } from 'vitest'
import { ask, countSignIn, onSignedOut } from '@/shared/api/client'

const refused = { error: { title: 'nobody is signed in' }, response: new Response(null, { status: 401 }) }

describe('the end of a session', () => {
  it('is told once by what was asked in it, and not by what was asked before the next sign-in', async () => {
    let told = 0
    const forget = onSignedOut(() => (told += 1))
    await expect(ask(Promise.resolve(refused))).rejects.toMatchObject({ status: 401 })
    expect(told).toBe(1)
    let answer: (value: typeof refused) => void = () => undefined
    const late = ask(new Promise<typeof refused>((resolve) => (answer = resolve)))
    countSignIn()
    answer(refused)
    await expect(late).rejects.toMatchObject({ status: 401 })
    expect(told).toBe(1)
    forget()
  })
})

/** Who is signed in, and what he may do. */
import { computed, shallowRef } from 'vue'
import { api, ask, countSignIn, type Schemas } from './api/client'
import { restartLive } from './live'

export type Me = Schemas['Me']

export const me = shallowRef<Me | null>(null)
export const isKnown = shallowRef(false)

const permissions = computed(() => new Set(me.value?.grants.flatMap((grant) => grant.permissions) ?? []))

/** Whether any duty carries the permission; the API decides where it reaches. */
export function may(permission: string): boolean {
  return permissions.value.has(permission)
}

export function mayAny(...wanted: string[]): boolean {
  return wanted.length === 0 || wanted.some(may)
}

export const roles = computed(() => [...new Set(me.value?.grants.map((grant) => grant.role) ?? [])])

/** Whether somebody else is there, or the same person with less: what a page shows then may not be his to see. */
export function hasLost(before: Me | null, now: Me | null): boolean {
  if (!before) return false
  const held = new Set((now?.grants ?? []).map((grant) => JSON.stringify(grant)))
  return before.id !== now?.id || before.grants.some((grant) => !held.has(JSON.stringify(grant)))
}

/** Who is signed in according to the API, without changing what the page shows. */
export async function readSession(): Promise<Me | null> {
  return (await ask(api.GET('/api/v1/session'))).me ?? null
}

export async function loadSession(): Promise<Me | null> {
  me.value = await readSession()
  isKnown.value = true
  return me.value
}

export async function signIn(username: string, password: string): Promise<void> {
  await readSession() // brings the CSRF cookie, which may have gone with the session
  me.value = await ask(api.POST('/api/v1/session', { body: { username, password } }))
  countSignIn()
  restartLive()
}

export async function signOut(): Promise<void> {
  await ask(api.DELETE('/api/v1/session'))
  me.value = null
}

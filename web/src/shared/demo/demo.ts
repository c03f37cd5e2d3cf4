/** The door of demo cities: which roles there are, and signing in as one. Absent (404) everywhere else. */
import { asProblem, headersFor } from '../api/client'
import type { Title } from '../i18n'
import { isSimulated } from '../platform'
import { loadSession } from '../session'

export interface DemoRole {
  role: string
  name: string
  title: Title
  story: Title
  /** Where the role begins: /console/desk, /portal … */
  start: string
}

export interface Demo {
  is_demo: boolean
  city: string
  roles: DemoRole[]
}

export async function findDemo(): Promise<Demo | null> {
  if (!isSimulated.value) return null
  try {
    const answer = await fetch('/api/v1/demo', { headers: headersFor('GET') })
    return answer.ok ? ((await answer.json()) as Demo) : null
  } catch {
    return null
  }
}

export async function enterDemo(role: string): Promise<void> {
  await loadSession() // brings the CSRF cookie
  const headers = { ...headersFor('POST'), 'Content-Type': 'application/json' }
  const answer = await fetch('/api/v1/demo/session', { method: 'POST', headers, body: JSON.stringify({ role }) })
  if (!answer.ok) throw asProblem(await answer.json().catch(() => null), answer.status)
  await loadSession()
}

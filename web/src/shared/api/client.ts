/** The typed client of the API: same origin, session cookie with CSRF, problem documents as `Problem`. */
import createClient, { type Middleware } from 'openapi-fetch'
import { language, t } from '../i18n'
import type { components, paths } from './schema'

export type Schemas = components['schemas']
export type ProblemBody = Schemas['Problem']

/** What the API refused (RFC 9457), or that it could not be reached (status 0). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly body: Partial<ProblemBody>,
  ) {
    super(body.title || t('state.error'))
  }

  get detail(): string {
    return this.body.detail ?? ''
  }

  get code(): string {
    return this.body.code ?? ''
  }

  /** The reason for a field, by its name. */
  of(field: string): string {
    return this.body.errors?.find((one) => one.field === field)?.reason ?? ''
  }
}

type Listener = (problem: Problem) => void
const signedOut = new Set<Listener>()

/** Told whenever the API says that nobody is signed in any more. */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener)
  return () => signedOut.delete(listener)
}

let signIns = 0

/** What was asked before somebody signed in (again) says nothing about the session that is there now. */
export function countSignIn(): void {
  signIns += 1
}

/** How many sign-ins there were when something was asked, for `tellSignedOut`. */
export function signInsNow(): number {
  return signIns
}

/** The session is over, says an answer to what was asked after `asked` sign-ins. */
export function tellSignedOut(asked: number, problem: Problem = new Problem(401, {})): void {
  if (asked !== signIns) return
  for (const listener of signedOut) listener(problem)
}

function csrf(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? ''
}

/** The headers of every request: the reader's language, and the CSRF token for what changes something. */
export function headersFor(method: string): Record<string, string> {
  const headers: Record<string, string> = { 'Accept-Language': language() }
  if (!['GET', 'HEAD'].includes(method)) headers['X-CSRFToken'] = csrf()
  return headers
}

const ours: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(headersFor(request.method))) request.headers.set(name, value)
    return request
  },
}

export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin,
  querySerializer: { array: { style: 'form', explode: true } },
})
api.use(ours)

export function asProblem(error: unknown, status = 0): Problem {
  if (error instanceof Problem) return error
  if (error && typeof error === 'object' && 'title' in error) return new Problem(status, error as Partial<ProblemBody>)
  return new Problem(status, { title: t(status ? 'state.error' : 'state.offline') })
}

type Answer<T> = { data?: T | undefined; error?: unknown; response: Response }

/** `await ask(api.GET('/api/v1/cases', …))`: the data, or a thrown Problem. */
export async function ask<T>(answer: Promise<Answer<T>>): Promise<T> {
  const asked = signIns
  let got: Answer<T>
  try {
    got = await answer
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw asProblem(error)
  }
  if (got.response.ok) return got.data as T
  const problem = asProblem(got.error, got.response.status)
  if (problem.status === 401) tellSignedOut(asked, problem)
  throw problem
}

/** Upload one file with progress from 0 to 1; openapi-fetch cannot tell how far it is. */
export function upload(file: Blob, name: string, progress?: (done: number) => void, path = '/api/v1/files'): Promise<Schemas['FileShown']> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    for (const [header, value] of Object.entries(headersFor('POST'))) request.setRequestHeader(header, value)
    request.responseType = 'json'
    request.upload.onprogress = (event) => event.lengthComputable && progress?.(event.loaded / event.total)
    request.onload = () =>
      request.status < 300 ? resolve(request.response as Schemas['FileShown']) : reject(asProblem(request.response, request.status))
    request.onerror = () => reject(asProblem(null))
    const body = new FormData()
    body.append('file', file, name)
    request.send(body)
  })
}

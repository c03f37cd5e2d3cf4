/**
 * Live events: one stream for all pages of a tab; where it cannot be had, the pages poll.
 * `useLive(['case', 'alarm'], refresh)` calls `refresh` soon after something of these families happened (many events
 * are one call, and calls keep some distance), after a gap, and every POLL_SECONDS while there is no stream.
 */
import { onScopeDispose, ref } from 'vue'
import { api, ask, Problem } from './api/client'

export interface LiveEvent {
  id: string
  family: string
  type: string
  subject: string
  data: Record<string, unknown>
}

type Handler = (events: LiveEvent[]) => void
type Status = 'connecting' | 'live' | 'polling' | 'off'

export const POLL_SECONDS = 10
const GATHER_MS = 300
const REST_MS = 1500
const RETRY_MS = [1000, 2000, 5000, 10_000, 20_000]
export const liveStatus = ref<Status>('off')

interface Reader {
  families: Set<string>
  handler: Handler
  waiting: LiveEvent[]
  timer: number
  toldAt: number
}

const readers = new Set<Reader>()
const ended = new Set<() => void>()
let source: EventSource | null = null
let lastId = ''
let failures = 0
let retry = 0
let poll = 0
let opening = false

/** Told when the stream ended because the viewer's duties changed. */
export function onRevoked(listener: () => void): () => void {
  ended.add(listener)
  return () => ended.delete(listener)
}

function tell(reader: Reader, event?: LiveEvent): void {
  if (event) reader.waiting.push(event)
  if (reader.timer) return
  const rest = reader.toldAt + REST_MS - performance.now()
  reader.timer = window.setTimeout(() => {
    reader.timer = 0
    reader.toldAt = performance.now()
    reader.handler(reader.waiting.splice(0))
  }, Math.max(GATHER_MS, rest))
}

function tellAll(): void {
  for (const reader of readers) tell(reader)
}

function receive(message: MessageEvent<string>): void {
  lastId = message.lastEventId || lastId
  let body: Record<string, unknown>
  try {
    body = JSON.parse(message.data) as Record<string, unknown>
  } catch {
    return
  }
  const type = String(body.type ?? '')
  const family = type.split('.')[0] ?? ''
  const event = { id: lastId, family, type, subject: String(body.subject ?? ''), data: (body.data ?? body) as Record<string, unknown> }
  for (const reader of readers) if (reader.families.has(family)) tell(reader, event)
}

function close(): void {
  source?.close()
  source = null
}

function later(): void {
  close()
  liveStatus.value = 'polling'
  if (!poll) poll = window.setInterval(tellAll, POLL_SECONDS * 1000)
  window.clearTimeout(retry)
  retry = window.setTimeout(() => void open(), RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)])
}

function ready(): void {
  if (poll) tellAll()
  window.clearInterval(poll)
  poll = failures = 0
  liveStatus.value = 'live'
}

function finish(message: MessageEvent<string>): void {
  const reason = /"reason"\s*:\s*"(\w+)"/.exec(message.data)?.[1] ?? 'renew'
  close()
  if (reason === 'revoked') for (const listener of ended) listener()
  if (reason === 'resync') {
    lastId = ''
    tellAll()
  }
  if (reason === 'closing' || reason === 'revoked') later()
  else void open()
}

async function open(): Promise<void> {
  if (source || opening || !readers.size) return
  opening = true
  if (liveStatus.value === 'off') liveStatus.value = 'connecting'
  try {
    const ticket = await ask(api.POST('/api/v1/live/ticket'))
    const url = new URL(ticket.url)
    if (url.hostname === '127.0.0.1' && location.hostname === 'localhost') url.hostname = 'localhost'
    if (lastId) url.searchParams.set('last_event_id', lastId)
    const opened = new EventSource(url)
    source = opened
    opened.addEventListener('ready', ready)
    for (const kind of ['end', 'resync']) opened.addEventListener(kind, (message) => finish(message as MessageEvent<string>))
    opened.onmessage = receive
    opened.onerror = () => opened === source && later()
  } catch (problem) {
    if (problem instanceof Problem && [401, 403].includes(problem.status)) {
      liveStatus.value = 'off'
      close()
    } else later()
  } finally {
    opening = false
  }
}

function stop(): void {
  close()
  window.clearTimeout(retry)
  window.clearInterval(poll)
  poll = failures = 0
  liveStatus.value = 'off'
}

/** After signing in: begin anew, and read anew what may have changed while nobody was signed in. */
export function restartLive(): void {
  stop()
  lastId = ''
  tellAll()
  void open()
}

export function useLive(families: string[], handler: Handler): void {
  const reader: Reader = { families: new Set(families), handler, waiting: [], timer: 0, toldAt: -REST_MS }
  readers.add(reader)
  void open()
  onScopeDispose(() => {
    readers.delete(reader)
    window.clearTimeout(reader.timer)
    if (!readers.size) stop()
  })
}

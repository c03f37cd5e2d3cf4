/** How a clock of a case stands at a moment of city time: between two answers of the API it goes on by itself. */
import type { Schemas } from '@/shared/api/client'

export type CaseClock = Schemas['CaseClockShown']
export type Tone = 'calm' | 'soon' | 'over' | 'paused' | 'done'

export interface Standing {
  /** Seconds used, as the clock counts them. */
  used: number
  /** Used in per cent of the time allowed; over 100 when it is late. */
  percent: number
  /** Milliseconds that are left of the time allowed (negative: over), as the clock counts them. */
  left: number
  /** Whether time counts at this moment: not in a pause, nor outside the hours of its calendar. */
  counts: boolean
  tone: Tone
  /** The levels that warn, with whether they are passed. */
  levels: { at: number; passed: boolean }[]
}

/** Seconds of the time allowed that are used at `now` (milliseconds of city time). */
export function usedAt(clock: CaseClock, now: number): number {
  const { pace } = clock
  const at = Date.parse(pace.at)
  const turn = pace.turns_at ? Date.parse(pace.turns_at) : Infinity
  if (pace.counts) return pace.used_seconds + Math.max(0, Math.min(now, turn) - at) / 1000
  const begins = clock.stopped_at || clock.is_paused ? Infinity : turn
  return pace.used_seconds + Math.max(0, now - begins) / 1000
}

export function standingOf(clock: CaseClock, now: number): Standing {
  const used = usedAt(clock, now)
  const percent = clock.total_seconds > 0 ? (used / clock.total_seconds) * 100 : 100
  const left = (clock.total_seconds - used) * 1000
  const turn = clock.pace.turns_at ? Date.parse(clock.pace.turns_at) : Infinity
  const running = !clock.stopped_at && !clock.is_paused
  const counts = running && (clock.pace.counts ? now < turn : now >= turn)
  return { used, percent, left, counts, tone: toneOf(clock, percent), levels: clock.pace.levels.map((at) => ({ at, passed: percent >= at })) }
}

function toneOf(clock: CaseClock, percent: number): Tone {
  if (clock.stopped_at) return clock.outcome === 'late' ? 'over' : 'done'
  if (percent >= 100) return 'over'
  if (clock.is_paused) return 'paused'
  return percent >= 80 ? 'soon' : 'calm'
}

/** The clocks of the present: of the case first, then of the step; one that ran before is history. */
export function presentClocks(clocks: readonly CaseClock[], isEnded: boolean): CaseClock[] {
  const round = Math.max(0, ...clocks.map((clock) => clock.round))
  const now = clocks.filter((clock) => (isEnded ? clock.extent === 'case' && clock.round === round : !clock.stopped_at))
  return [...now].sort((one, other) => Number(one.extent !== 'case') - Number(other.extent !== 'case') || one.id - other.id)
}

/** When the page should ask again because a calendar opens or closes (milliseconds of city time). */
export function nextTurn(clocks: readonly CaseClock[]): number {
  return Math.min(Infinity, ...clocks.filter((clock) => !clock.stopped_at && clock.pace.turns_at).map((clock) => Date.parse(clock.pace.turns_at ?? '')))
}

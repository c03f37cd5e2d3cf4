/** The flow of cases as bands between bars: what comes through is as thick as its number. Pure geometry. */
import type { Step } from './scene'

export interface Bar {
  x: number
  y: number
  height: number
}

export interface Band {
  path: string
}

export interface FlowPicture {
  bars: Bar[]
  bands: Band[]
}

const BAR = 10
const LEAST = 3

/** In a box of width × height; bars stand in the middle of equal columns. Cases give the scale: of the reports, many are about one matter. */
export function flowOf(steps: readonly Step[], width: number, height: number): FlowPicture {
  const most = Math.max(1, ...steps.filter((step) => step.key !== 'reported').map((step) => step.count))
  const tall = (count: number) => (count ? Math.min(height, Math.max(LEAST, (count / most) * height)) : 1)
  const bars = steps.map((step, place) => {
    const own = tall(step.count)
    return { x: ((place + 0.5) / steps.length) * width - BAR / 2, y: (height - own) / 2, height: own }
  })
  const bands = bars.slice(1).map((right, place) => {
    const left = bars[place]!
    const from = Math.min(left.height, right.height)
    return { path: band(left.x + BAR, (height - from) / 2, from, right.x, right.y, right.height) }
  })
  return { bars, bands }
}

function band(x1: number, y1: number, h1: number, x2: number, y2: number, h2: number): string {
  const middle = (x1 + x2) / 2
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}V${y2 + h2}C${middle} ${y2 + h2} ${middle} ${y1 + h1} ${x1} ${y1 + h1}Z`
}

/** How many of the opened cases came so far, in per cent; null before that and where there were none. */
export function through(steps: readonly Step[], place: number): number | null {
  const first = steps.findIndex((step) => step.key === 'opened')
  const opened = steps[first]?.count
  return first >= 0 && place > first && opened ? Math.round((steps[place]!.count / opened) * 100) : null
}

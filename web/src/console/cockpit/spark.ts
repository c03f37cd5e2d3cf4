/** A small line of what a number was: pure geometry in a box of its own. */
export interface Spark {
  line: string
  area: string
  end: { x: number; y: number } | null
}

/** Points by their order; a gap (null) breaks the line. */
export function sparkOf(values: readonly (number | null)[], width: number, height: number, inset = 3): Spark {
  const there = values.filter((value): value is number => value !== null)
  if (there.length < 2) return { line: '', area: '', end: null }
  const [low, high] = [Math.min(...there), Math.max(...there)]
  const reach = high - low || 1
  const x = (place: number) => inset + (place / (values.length - 1)) * (width - 2 * inset)
  const y = (value: number) => (high === low ? height / 2 : height - inset - ((value - low) / reach) * (height - 2 * inset))
  let [line, area, begin] = ['', '', -1]
  const close = (place: number) => (begin >= 0 ? `L${round(x(place))} ${height}L${round(x(begin))} ${height}Z` : '')
  values.forEach((value, place) => {
    if (value === null) {
      area += close(place - 1)
      begin = -1
      return
    }
    const step = `${begin < 0 ? 'M' : 'L'}${round(x(place))} ${round(y(value))}`
    if (begin < 0) begin = place
    line += step
    area += step
  })
  area += close(values.length - 1)
  const last = values.findLastIndex((value) => value !== null)
  return { line, area, end: { x: round(x(last)), y: round(y(values[last] as number)) } }
}

const round = (value: number) => Math.round(value * 10) / 10

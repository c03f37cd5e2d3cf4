/** Fingers, mouse and wheel as three things: pan by pixels, zoom around a point, tap at a point (from the middle). */
export interface Moves {
  pan: (dx: number, dy: number) => void
  zoom: (by: number, dx: number, dy: number) => void
  tap: (dx: number, dy: number) => void
  resize: () => void
}

const STILL = 6

export function gestures(frame: HTMLElement, moves: Moves): () => void {
  const fingers = new Map<number, { x: number; y: number }>()
  let gone = 0
  const gap = () => {
    const [one, two] = [...fingers.values()]
    return one && two ? Math.hypot(one.x - two.x, one.y - two.y) : 0
  }
  const fromMiddle = (x: number, y: number): [number, number] => {
    const box = frame.getBoundingClientRect()
    return [x - box.left - box.width / 2, y - box.top - box.height / 2]
  }
  const isControl = (event: Event) => event.target instanceof Element && event.target.closest('button') !== null

  const down = (event: PointerEvent) => {
    if (isControl(event)) return
    if (fingers.size === 0) gone = 0
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    frame.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId)
    if (!before) return
    const wide = gap()
    const [dx, dy] = [event.clientX - before.x, event.clientY - before.y]
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
    gone += Math.abs(dx) + Math.abs(dy)
    if (gone < STILL) return
    moves.pan(dx / fingers.size, dy / fingers.size)
    const [one, two] = [...fingers.values()]
    if (one && two && wide > 0 && gap() > 0) moves.zoom(Math.log2(gap() / wide), ...fromMiddle((one.x + two.x) / 2, (one.y + two.y) / 2))
  }
  const up = (event: PointerEvent) => {
    const was = fingers.delete(event.pointerId)
    if (was && event.type === 'pointerup' && fingers.size === 0 && gone < STILL) moves.tap(...fromMiddle(event.clientX, event.clientY))
  }
  const wheel = (event: WheelEvent) => {
    event.preventDefault()
    moves.zoom(Math.max(-1, Math.min(1, -event.deltaY / 240)), ...fromMiddle(event.clientX, event.clientY))
  }

  frame.addEventListener('pointerdown', down)
  frame.addEventListener('pointermove', move)
  frame.addEventListener('pointerup', up)
  frame.addEventListener('pointercancel', up)
  frame.addEventListener('wheel', wheel, { passive: false })
  const watcher = new ResizeObserver(moves.resize)
  watcher.observe(frame)
  return () => {
    frame.removeEventListener('pointerdown', down)
    frame.removeEventListener('pointermove', move)
    frame.removeEventListener('pointerup', up)
    frame.removeEventListener('pointercancel', up)
    frame.removeEventListener('wheel', wheel)
    watcher.disconnect()
  }
}

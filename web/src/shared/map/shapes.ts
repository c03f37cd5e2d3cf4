/** The marks of severity: a shape for each, so that nobody needs the colour. Cases are filled, alarms are rings. */
import type { Map } from 'maplibre-gl'
import type { ColourName, Palette } from './palette'

const SIZE = 22
const RATIO = 2

export type MarkKind = 'case' | 'alarm'

/** I diamond, II triangle, III square, IV circle, as in SeverityTag. */
export function outline(severity: number, size: number, inset: number): Path2D {
  const path = new Path2D()
  const [low, middle, high] = [inset, size / 2, size - inset]
  if (severity === 1) for (const [x, y] of [[middle, low], [high, middle], [middle, high], [low, middle]] as const) path.lineTo(x, y)
  else if (severity === 2) for (const [x, y] of [[middle, low], [high, high - 1], [low, high - 1]] as const) path.lineTo(x, y)
  else if (severity === 3) path.rect(low + 1, low + 1, high - low - 2, high - low - 2)
  else path.arc(middle, middle, middle - inset, 0, Math.PI * 2)
  path.closePath()
  return path
}

function draw(kind: MarkKind, severity: number, colours: Palette): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = SIZE * RATIO
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D
  pen.scale(RATIO, RATIO)
  const colour = colours[(severity ? `severity-${severity}` : 'unknown') as ColourName]
  const shape = outline(severity, SIZE, kind === 'case' ? 4 : 3.5)
  pen.lineJoin = 'round'
  pen.strokeStyle = colours.surface
  pen.lineWidth = 4
  pen.stroke(shape)
  pen.fillStyle = kind === 'case' ? colour : colours.surface
  pen.fill(shape)
  if (kind === 'alarm') {
    pen.strokeStyle = colour
    pen.lineWidth = 2.4
    pen.stroke(shape)
    pen.fillStyle = colour
    pen.beginPath()
    pen.arc(SIZE / 2, SIZE / 2 + (severity === 2 ? 2 : 0), 2.2, 0, Math.PI * 2)
    pen.fill()
  }
  return pen.getImageData(0, 0, canvas.width, canvas.height)
}

export function addShapes(map: Map, colours: Palette): void {
  for (const kind of ['case', 'alarm'] as const) {
    for (const severity of [0, 1, 2, 3, 4]) {
      const id = `${kind}-${severity}`
      const image = draw(kind, severity, colours)
      if (map.hasImage(id)) map.updateImage(id, image)
      else map.addImage(id, image, { pixelRatio: RATIO })
    }
  }
}

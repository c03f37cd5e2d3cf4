/** The colours of the map, read from the tokens of the light or the dark face. */
const NAMES = [
  'map-land', 'map-water', 'map-green', 'map-building', 'map-road-1', 'map-road-case', 'map-boundary', 'map-label', 'surface', 'ink', 'primary',
  'severity-1', 'severity-2', 'severity-3', 'severity-4', 'unknown', 'well', 'line-2',
] as const

export type ColourName = (typeof NAMES)[number]
export type Palette = Record<ColourName, string>

/** CSS decides: an element of that theme is asked what its variables are. */
export function palette(dark: boolean): Palette {
  const probe = document.createElement('div')
  if (dark) probe.dataset.theme = 'dark'
  probe.hidden = true
  document.body.append(probe)
  const style = getComputedStyle(probe)
  const found = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim() || '#888'])) as Palette
  probe.remove()
  return found
}

/** The font stack of the pages, as MapLibre draws text with it: on the reader's own machine, no glyph is fetched. */
export function fonts(): string[] {
  const stack = getComputedStyle(document.documentElement).getPropertyValue('--font')
  return stack.split(',').map((name) => name.trim().replaceAll(/['"]/g, '')).filter((name) => name && name !== 'sans-serif')
}

/** A pasted table (CSV, or columns copied from a spreadsheet) as rows to register. */

export interface Wrong {
  /** Line of the text; 1 is the first. */
  line: number
  field: string
  /** Key and values of the message that says why. */
  why: [string, Record<string, unknown>]
}

export interface Row {
  line: number
  draft: Record<string, unknown>
}

export interface Table {
  rows: Row[]
  wrong: Wrong[]
  columns: string[]
}

const FIELDS: Record<string, string> = {
  code: 'code', model: 'model', name: 'name', lon: 'lon', lat: 'lat', crs: 'crs', precision_m: 'precision_m', region: 'region', organisation: 'organisation', address: 'address',
  longitude: 'lon', latitude: 'lat', lng: 'lon',
}
const NUMBERS = new Set(['lon', 'lat', 'precision_m'])

interface Line {
  line: number
  cells: string[]
}

/** RFC 4180 with tabs too: quotes may hold separators, line ends and doubled quotes. Null: a quote is not closed. */
export function cellsOf(text: string): Line[] | null {
  const separator = separatorOf(text)
  const lines: Line[] = []
  let cells: string[] = []
  let cell = ''
  let quoted = false
  let line = 1
  let begun = 1
  const endCell = () => {
    cells.push(cell.trim())
    cell = ''
  }
  const endLine = () => {
    endCell()
    if (cells.some(Boolean)) lines.push({ line: begun, cells })
    cells = []
    begun = line + 1
  }
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at]!
    if (quoted) {
      if (char === '"' && source[at + 1] === '"') {
        cell += '"'
        at += 1
      } else if (char === '"') quoted = false
      else {
        if (char === '\n') line += 1
        cell += char
      }
    } else if (char === '"' && !cell.trim()) {
      quoted = true
      cell = ''
    } else if (char === separator) endCell()
    else if (char === '\n') {
      endLine()
      line += 1
    } else cell += char
  }
  if (quoted) return null
  endLine()
  return lines
}

function separatorOf(text: string): string {
  const first = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? ''
  return [...'\t;,'].sort((one, other) => first.split(other).length - first.split(one).length)[0]!
}

function attribute(text: string): string | number {
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text) ? Number(text) : text
}

export function readTable(text: string, names: Record<string, string> = {}): Table {
  const lines = cellsOf(text)
  if (lines === null) return { rows: [], wrong: [{ line: 1, field: '', why: ['things.reg.unclosed', {}] }], columns: [] }
  const [head, ...body] = lines
  const columns = (head?.cells ?? []).map((cell) => FIELDS[cell.toLowerCase()] ?? names[cell] ?? cell)
  if (!columns.includes('code') || !columns.includes('model')) return { rows: [], wrong: [{ line: 1, field: 'code', why: ['things.reg.noHeader', {}] }], columns }
  if (!body.length) return { rows: [], wrong: [{ line: 1, field: '', why: ['things.reg.noRows', {}] }], columns }
  const rows: Row[] = []
  const wrong: Wrong[] = []
  for (const one of body) {
    const problem = tooMany(one, columns) ?? badNumber(one, columns)
    if (problem) wrong.push(problem)
    else rows.push({ line: one.line, draft: draftOf(one.cells, columns) })
  }
  return { rows, wrong, columns }
}

function tooMany(one: Line, columns: string[]): Wrong | null {
  const extra = one.cells.slice(columns.length).filter(Boolean).length
  return extra ? { line: one.line, field: '', why: ['things.reg.columns', { n: extra }] } : null
}

function badNumber(one: Line, columns: string[]): Wrong | null {
  const place = columns.findIndex((column, at) => NUMBERS.has(column) && Boolean(one.cells[at]) && !Number.isFinite(Number(one.cells[at])))
  return place < 0 ? null : { line: one.line, field: columns[place]!, why: ['things.reg.number', { value: one.cells[place] }] }
}

function draftOf(cells: string[], columns: string[]): Record<string, unknown> {
  const draft: Record<string, unknown> = {}
  const attributes: Record<string, string | number> = {}
  for (const [at, column] of columns.entries()) {
    const cell = cells[at] ?? ''
    if (!cell || !column) continue
    if (NUMBERS.has(column)) draft[column] = Number(cell)
    else if (Object.values(FIELDS).includes(column)) draft[column] = cell
    else attributes[column] = attribute(cell)
  }
  return Object.keys(attributes).length ? { ...draft, attributes } : draft
}

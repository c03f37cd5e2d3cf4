/** The form of a thing, and what of it was changed. */

export const CRS = ['WGS-84', 'GCJ-02', 'BD-09', 'CGCS2000']
/** Says that a thing is made up; not for a form to change. */
const SIMULATED = 'simulated'
type Attribute = string | number | boolean | null

export interface ThingForm {
  name: string
  address: string
  organisation: string
  region: string
  lon: string
  lat: string
  crs: string
  attributes: { name: string; value: string }[]
}

interface Registered {
  name: string
  address: string
  region_code: string
  lon: number | null
  lat: number | null
  attributes: Record<string, Attribute>
}

export function formOf(thing: Registered, organisation: string): ThingForm {
  return {
    name: thing.name, address: thing.address, organisation, region: thing.region_code, lon: thing.lon === null ? '' : String(thing.lon), lat: thing.lat === null ? '' : String(thing.lat), crs: 'WGS-84',
    attributes: Object.entries(thing.attributes).filter(([name]) => name !== SIMULATED).map(([name, value]) => ({ name, value: value === null ? '' : String(value) })),
  }
}

/** What was typed, as the value it was before where nothing changed: 5 stays a number, and so does a new 6. */
export function attributeOf(text: string, before: Attribute | undefined): Attribute {
  if (before !== undefined && text === (before === null ? '' : String(before))) return before
  if (typeof before === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text.trim() !== '' && (typeof before === 'number' || before === undefined) && /^-?\d{1,15}(\.\d+)?$/.test(text.trim()) && !/^-?0\d/.test(text.trim()) ? Number(text) : text
}

const ordered = (attributes: Record<string, unknown>) => JSON.stringify(Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1)))

export function changesOf(thing: Registered, organisation: string, form: ThingForm): Record<string, unknown> {
  const before = formOf(thing, organisation)
  const changes: Record<string, unknown> = {}
  for (const name of ['name', 'address', 'organisation', 'region'] as const) if (form[name] !== before[name]) changes[name] = form[name]
  if (form.lon !== before.lon || form.lat !== before.lat || (form.crs !== before.crs && form.lon)) {
    Object.assign(changes, { lon: form.lon === '' ? null : Number(form.lon), lat: form.lat === '' ? null : Number(form.lat), crs: form.crs })
  }
  const kept = SIMULATED in thing.attributes ? { [SIMULATED]: thing.attributes[SIMULATED] } : {}
  const attributes: Record<string, unknown> = { ...Object.fromEntries(form.attributes.filter((pair) => pair.name.trim()).map((pair) => [pair.name.trim(), attributeOf(pair.value, thing.attributes[pair.name.trim()])])), ...kept }
  if (ordered(attributes) !== ordered(thing.attributes)) changes.attributes = attributes
  return changes
}

/** A matter that somebody of the staff enters: what the form holds, what is wrong with it, and what is sent. */
import { api, ask, type Problem, type Schemas } from '@/shared/api/client'
import { requestKey } from '@/shared/chance'
import { cityNow } from '@/shared/platform'

/** How a matter comes that a person enters. */
export const KINDS = ['grid', 'hotline', 'app'] as const
export type Kind = (typeof KINDS)[number]

export interface Matter {
  kind: Kind
  text: string
  caseType: string
  severity: 1 | 2 | 3 | 4 | null
  /** Moment (ISO 8601); "" before anything was written. */
  at: string
  lon: number | null
  lat: number | null
  /** Metres. */
  precision: number
  isOwn: boolean
  address: string
  /** What is sent again with the same key is the same report. */
  key: string
}

export interface Caller {
  name: string
  phone: string
}

export type Spot = 'text' | 'caseType' | 'severity' | 'at' | 'place' | 'phone' | 'name'

const PICKED_M = 30 // how far off a tap on the map may be
const PHONE = /^((\+?86[- ]?)?1[3-9]\d{9}|0\d{2,3}[- ]?\d{7,8}(-\d{1,6})?|\+\d{6,15})$/ // as the portal's door takes it
const FIELDS: Record<Spot, string[]> = {
  text: ['text', 'subject'], caseType: ['case_type'], severity: ['severity'], at: ['occurred_at'], place: ['lon', 'lat', 'precision_m', 'crs', 'region', 'address'],
  phone: ['reporter.phone', 'reporter'], name: ['reporter.name'],
}

export const emptyMatter = (kind: Kind): Matter => ({
  kind, text: '', caseType: '', severity: null, at: '', lon: null, lat: null, precision: PICKED_M, isOwn: false, address: '', key: requestKey(),
})

export const pointed = (at: { lon: number; lat: number }) => ({ ...at, precision: PICKED_M, isOwn: false })

/** What must be mended before it is sent: the words of the reason by spot. */
export function wrongOf(matter: Matter, caller: Caller): Partial<Record<Spot, string>> {
  return {
    ...(matter.text.trim() ? {} : { text: 'signals.enter.needText' }),
    ...(matter.lon !== null || matter.address.trim() ? {} : { place: 'signals.enter.needPlace' }),
    ...(matter.kind !== 'hotline' || !caller.phone.trim() || PHONE.test(caller.phone.trim()) ? {} : { phone: 'signals.enter.badPhone' }),
  }
}

/** The API's reason for what stands at a spot of the form. */
export const refusalAt = (problem: Problem | null, spot: Spot): string => FIELDS[spot].map((field) => problem?.of(field)).find(Boolean) ?? ''

function bodyOf(matter: Matter, caller: Caller): Schemas['SignalReport'] {
  const place = matter.lon === null || matter.lat === null ? {} : { lon: matter.lon, lat: matter.lat, precision_m: matter.precision }
  const told = matter.kind === 'hotline' && (caller.name.trim() || caller.phone.trim())
  return {
    kind: matter.kind, source: '', source_id: matter.key, occurred_at: matter.at || new Date(cityNow()).toISOString(), subject: '', text: matter.text.trim(), crs: 'WGS-84', region: '',
    address: matter.address.trim(), case_type: matter.caseType, label: '', ...place, ...(matter.severity ? { severity: matter.severity } : {}),
    ...(told ? { reporter: { name: caller.name.trim(), phone: caller.phone.trim() } } : {}),
  }
}

export interface Received {
  id: number
  isNew: boolean
}

export async function send(matter: Matter, caller: Caller): Promise<Received> {
  const receipt = await ask(api.POST('/api/v1/signals', { body: bodyOf(matter, caller) }))
  return { id: receipt.ids[0] ?? 0, isNew: receipt.accepted > 0 }
}

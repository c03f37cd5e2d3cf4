/** The newest cases and alarms in one stream, newest first. */
import { api, ask, type Schemas } from '@/shared/api/client'
import { titleOf } from '@/shared/i18n'
import { caseTitle, organisationOf } from '@/shared/names'
import { may } from '@/shared/session'

export interface StreamEntry {
  kind: 'case' | 'alarm'
  id: string
  severity: number
  title: string
  where: string
  state: string
  at: string
  place: { lon: number; lat: number } | null
}

const LENGTH = 40
const placeOf = (row: { lon: number | null; lat: number | null }) => (row.lon === null || row.lat === null ? null : { lon: row.lon, lat: row.lat })

function ofCase(row: Schemas['CaseSummary']): StreamEntry {
  return {
    kind: 'case', id: row.number, severity: row.severity, title: caseTitle(row) || titleOf(row.case_type_title), where: row.address || organisationOf(row),
    state: titleOf(row.state_title), at: row.recorded_at, place: placeOf(row),
  }
}

function ofAlarm(row: Schemas['AlarmSummary']): StreamEntry {
  return {
    kind: 'alarm', id: row.id, severity: row.severity, title: titleOf(row.title), where: [row.thing_name, row.region_name].filter(Boolean).join(' · '),
    state: row.state, at: row.fired_at ?? row.start_at, place: placeOf(row),
  }
}

export async function newest(signal: AbortSignal): Promise<StreamEntry[]> {
  const query = { limit: LENGTH, order: 'newest' as const }
  const [cases, alarms] = await Promise.all([
    may('case.read') ? ask(api.GET('/api/v1/cases', { params: { query }, signal })) : null,
    may('alarm.read') ? ask(api.GET('/api/v1/alarms', { params: { query: { ...query, folded: false } }, signal })) : null,
  ])
  const found = [...(cases?.items ?? []).map(ofCase), ...(alarms?.items ?? []).filter((row) => row.fired_at).map(ofAlarm)]
  return found.sort((one, other) => Date.parse(other.at) - Date.parse(one.at)).slice(0, LENGTH)
}

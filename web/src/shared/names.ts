/** Names and titles that the API gives as two texts, of which the English one may be missing: never a blank. */
import { titleOf } from './i18n'

/** Who has it; '' for nobody. */
export function organisationOf(row: { organisation_name?: string | null; organisation_name_en?: string | undefined }): string {
  return row.organisation_name ? titleOf({ zh: row.organisation_name, en: row.organisation_name_en }) : ''
}

/** What a region is called. */
export function regionName(region: { name: string; name_en?: string }): string {
  return titleOf({ zh: region.name, en: region.name_en })
}

/** What a case is called: people write in their own language, alarms have both. */
export function caseTitle(row: { title: string; title_en?: string | undefined }): string {
  return titleOf({ zh: row.title, en: row.title_en })
}

/** The parts of the city that a place lies in, and its address without those that it repeats. */
export function placeName(parts: readonly string[], address: string | null | undefined): string {
  const rest = parts.reduce((left, part) => (part && left.startsWith(part) ? left.slice(part.length).trimStart() : left), address ?? '')
  return [parts.filter(Boolean).join(' '), rest].filter(Boolean).join(' · ')
}

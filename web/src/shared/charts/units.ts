/** Units as people of the city write them. */
import { addMessages, t } from '../i18n'
import messages from './messages'

addMessages({ 'charts/messages.ts': { default: messages } })

/** Nothing for what has no dimension; counted things by their word (人/m²), everything else by its symbol. */
export function unitText(unit: string | null | undefined): string {
  if (!unit || unit === '1') return ''
  return unit.replace(/\bperson\b/, t('charts.units.person')).replace(/\bveh\b/, t('charts.units.vehicle'))
}

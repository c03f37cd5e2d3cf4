/** The pictures of a case in one row: what was there before the handling, what staff gave, what citizens sent. */
import type { Schemas } from '@/shared/api/client'
import { titleOf } from '@/shared/i18n'
import { t } from '@/shared/i18n'
import type { Case } from './steps'

export interface Photo {
  key: string
  group: 'before' | 'after' | 'citizens' | string
  title: string
  by: string
  at: string
  isPicture: boolean
  /** Known, but not to be seen: refused by the check, or beyond the viewer's reach. What waits for the check is shown to staff, who need it. */
  hidden: boolean
  name: string
  state: string
}

const AFTER = new Set(['finish', 'verify', 'close', 'summarise', 'contribute'])

export function staffPhotos(of: Case): Photo[] {
  return of.evidence.map((one) => ({
    key: one.file, group: AFTER.has(one.verb) ? 'after' : 'before', title: one.step_title ? t('casepage.fromStep', { step: titleOf(one.step_title) }) : t('casepage.before'),
    by: one.by, at: one.added_at, isPicture: one.media_type.startsWith('image/'), hidden: one.name === '', name: one.name, state: '',
  }))
}

export function citizenPhotos(voices: Schemas['VoicesOut'] | null): Photo[] {
  return (voices?.reports ?? []).flatMap((report) =>
    report.photos.map((photo) => ({
      key: photo.key, group: 'citizens', title: t('casepage.fromCitizens'), by: t('casepage.sources.citizen'), at: report.at, isPicture: true,
      hidden: photo.state === 'refused', name: '', state: photo.state,
    })),
  )
}

export const smallOf = (photo: Photo): string => `/api/v1/files/${photo.key}/small`
export const fullOf = (photo: Photo): string => `/api/v1/files/${photo.key}/content`

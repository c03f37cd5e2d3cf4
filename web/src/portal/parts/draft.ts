/** The report that somebody is writing: kept on this phone with every change until it was received. */
import { reactive, watch } from 'vue'
import { requestKey } from '@/shared/chance'
import { forget, keep, kept } from './keeping'
import { dropPhotos } from './photos'

export interface DraftPhoto {
  id: string
  /** Its key at the city, once it is there. */
  key: string
}

export interface Draft {
  text: string
  category: string
  lon: number | null
  lat: number | null
  precision: number | null
  address: string
  phone: string
  photos: DraftPhoto[]
  requestKey: string
  step: 'photo' | 'place' | 'send'
}

const KEY = 'citybrain.portal.draft'
const fresh = (): Draft => ({
  text: '', category: '', lon: null, lat: null, precision: null, address: '', phone: '', photos: [], requestKey: requestKey(), step: 'photo',
})

export const draft = reactive<Draft>({ ...fresh(), ...kept<Partial<Draft>>(KEY) })
watch(draft, () => keep(KEY, draft), { deep: true })

export function isBegun(): boolean {
  return Boolean(draft.text || draft.category || draft.address || draft.photos.length || draft.lon !== null)
}

/** Whatever is sent now is another report than before: its key changes with its words. */
export function renewKey(): void {
  draft.requestKey = requestKey()
}

export async function dropDraft(): Promise<void> {
  await dropPhotos(draft.photos.map((photo) => photo.id))
  Object.assign(draft, fresh())
  forget(KEY)
}

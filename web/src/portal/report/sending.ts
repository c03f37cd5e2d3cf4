/** Sending what is drafted: photos first, then the words; what fails stays on the phone and is sent again, once, as the same report. */
import { api, ask, asProblem, upload, type Problem, type Schemas } from '@/shared/api/client'
import { reactive } from 'vue'
import { draft, renewKey } from '../parts/draft'
import { remember } from '../parts/mine'
import { photoOf } from '../parts/photos'

export type Receipt = Schemas['AppealReceipt']

export const sending = reactive<{ busy: boolean; photo: number; problem: Problem | null; receipt: Receipt | null; text: string }>({
  busy: false, photo: 0, problem: null, receipt: null, text: '',
})

/** Bring every photo that is not there yet to the city. */
async function uploadPhotos(): Promise<string[]> {
  for (const [index, photo] of draft.photos.entries()) {
    if (photo.key) continue
    sending.photo = index + 1
    const blob = await photoOf(photo.id)
    if (!blob) continue
    const made = await upload(blob, 'photo.jpg', undefined, '/api/v1/public/pictures')
    photo.key = made.key
  }
  sending.photo = 0
  return draft.photos.map((photo) => photo.key).filter(Boolean)
}

/** An upload that was swept meanwhile is uploaded once more. */
function forgetUploads(problem: Problem): boolean {
  if (!problem.of('pictures')) return false
  for (const photo of draft.photos) photo.key = ''
  return true
}

async function send(post: (pictures: string[]) => Promise<Receipt>, text: string): Promise<boolean> {
  if (sending.busy) return false
  Object.assign(sending, { busy: true, problem: null })
  try {
    const receipt = await attempt(post)
    sending.receipt = receipt
    sending.text = text
    remember({ code: receipt.code, text, kind: receipt.kind, at: receipt.at })
    return true
  } catch (error) {
    sending.problem = asProblem(error)
    if (sending.problem.code === 'appeal.request_key_used') renewKey()
    return false
  } finally {
    Object.assign(sending, { busy: false, photo: 0 })
  }
}

async function attempt(post: (pictures: string[]) => Promise<Receipt>): Promise<Receipt> {
  try {
    return await post(await uploadPhotos())
  } catch (error) {
    if (!forgetUploads(asProblem(error))) throw error
    return post(await uploadPhotos())
  }
}

export function sendReport(title: string): Promise<boolean> {
  const { text, category, lon, lat, precision, address, phone, requestKey } = draft
  const place = lon === null || lat === null ? {} : { lon, lat, precision_m: precision ?? 30 }
  return send(
    (pictures) => ask(api.POST('/api/v1/public/reports', { body: { text, category, address, phone, name: '', crs: 'WGS-84', pictures, request_key: requestKey, ...place } })),
    text || title,
  )
}

export function sendFollow(ref: string, title: string): Promise<boolean> {
  const { text, phone, requestKey } = draft
  return send((pictures) => ask(api.POST('/api/v1/public/follows', { body: { ref, text, phone, pictures, request_key: requestKey } })), title)
}

/** Whether it is the line that failed, not what was written. */
export const isLineDown = (problem: Problem | null) => problem !== null && (problem.status === 0 || problem.status >= 500)

/** What the city says before anybody has said anything: categories in plain words, and how much fits into a report. */
import { api, ask, type Schemas } from '@/shared/api/client'
import { shallowRef } from 'vue'

export type Portal = Schemas['PortalOut']
export type PublicCase = Schemas['PublicCaseOut']
export type Tracking = Schemas['TrackingOut']
export type Category = Schemas['PortalCategory']

export const portal = shallowRef<Portal | null>(null)

export async function loadPortal(): Promise<Portal> {
  portal.value ??= await ask(api.GET('/api/v1/public/portal'))
  return portal.value
}

/** The category whose keywords stand in a text; the one with the longest match. */
export function guessCategory(text: string, categories: Category[]): Category | null {
  const plain = text.toLowerCase()
  let best: Category | null = null
  let length = 0
  for (const category of categories) {
    for (const word of category.keywords) {
      if (word.length > length && plain.includes(word.toLowerCase())) [best, length] = [category, word.length]
    }
  }
  return best
}

export const pictureUrl = (key: string, small = true) => `/api/v1/public/pictures/${key}${small ? '?small=true' : ''}`

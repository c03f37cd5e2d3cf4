/** Codes of one's own reports, kept on this phone only, as long as its owner wishes. */
import { ref } from 'vue'
import { forget, keep, kept } from './keeping'

export interface Mine {
  code: string
  text: string
  kind: 'report' | 'follow'
  at: string
}

const KEY = 'citybrain.portal.mine'
const MOST = 50
export const mine = ref<Mine[]>(kept<Mine[]>(KEY) ?? [])

export const plainCode = (code: string) => code.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')

export function remember(one: Mine): void {
  mine.value = [one, ...mine.value.filter((other) => plainCode(other.code) !== plainCode(one.code))].slice(0, MOST)
  keep(KEY, mine.value)
}

export function forgetOne(code: string): void {
  mine.value = mine.value.filter((other) => plainCode(other.code) !== plainCode(code))
  keep(KEY, mine.value)
}

export function forgetAll(): void {
  mine.value = []
  forget(KEY)
}

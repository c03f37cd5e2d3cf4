/** Large type: kept on this phone, set on the root element. */
import { ref } from 'vue'
import { keep, kept } from './keeping'

const KEY = 'citybrain.portal.large'
export const isLarge = ref(kept<boolean>(KEY) ?? false)

export function applyLarge(): void {
  document.documentElement.toggleAttribute('data-large', isLarge.value)
}

export function setLarge(wanted: boolean): void {
  isLarge.value = wanted
  keep(KEY, wanted)
  applyLarge()
}

/**
 * A page that stays open while the platform is renewed asks for parts that are gone. It is then opened once more, where
 * its user wanted to be; when that does not help, or the platform is not reached, the page says so in words.
 */
import { ref } from 'vue'
import type { Router } from 'vue-router'

export type Missing = 'reopening' | 'renewed' | 'unreached'

const KEY = 'citybrain.reopened'
/** Why a part of the page did not come, until another page opens. */
export const missing = ref<Missing | ''>('')

const entryIn = (page: ParentNode): string => page.querySelector<HTMLScriptElement>('script[type=module][src]')?.getAttribute('src') ?? ''

/** The script that the server's page begins with now; "" when it cannot be told. */
async function entryNow(): Promise<string> {
  try {
    const answer = await fetch(location.pathname, { cache: 'no-store', headers: { Accept: 'text/html' } })
    return answer.ok ? entryIn(new DOMParser().parseFromString(await answer.text(), 'text/html')) : ''
  } catch {
    return ''
  }
}

/** Once for each build: a page that misses parts of the very build it was reopened for would go on for ever. */
function mayReopenFor(entry: string): boolean {
  try {
    if (sessionStorage.getItem(KEY) === entry) return false
    sessionStorage.setItem(KEY, entry)
    return true
  } catch {
    return false // a browser that keeps nothing cannot count
  }
}

/** What a missing part means; reopens `address` when a newer build is the reason. */
export async function partMissing(address: string, open: (address: string) => void): Promise<Missing> {
  const entry = await entryNow()
  if (!entry || entry === entryIn(document)) return 'unreached'
  if (!mayReopenFor(entry)) return 'renewed'
  open(address)
  return 'reopening'
}

function open(address: string): void {
  const before = location.href
  location.assign(address)
  if (new URL(address, before).href === before) location.reload()
}

/** Watches for parts that do not come, and says why in `missing`. */
export function watchBuild(router: Router): void {
  let wanted = ''
  let asking: Promise<void> | null = null
  router.beforeEach((to) => void (wanted = router.resolve(to).href))
  router.afterEach(() => {
    wanted = ''
    missing.value = ''
  })
  const lost = () => {
    asking ??= partMissing(wanted || location.href, open)
      .then((why) => void (missing.value = why))
      .finally(() => (asking = null))
  }
  window.addEventListener('vite:preloadError', lost)
  router.onError(lost)
}

/** The names of packs, by their keys. */
import { api, ask } from '@/shared/api/client'
import { titleOf, type Title } from '@/shared/i18n'
import { may } from '@/shared/session'
import { shallowRef } from 'vue'

const titles = shallowRef(new Map<string, Title>())
let asked = false

/** The name of a pack; its key until (or unless) that is known. Asked for once, and reactive. */
export function packName(key: string): string {
  if (!asked && may('pack.read')) {
    asked = true
    ask(api.GET('/api/v1/packs')).then(
      (packs) => (titles.value = new Map(packs.map((pack) => [pack.key, pack.title as Title]))),
      () => (asked = false),
    )
  }
  return titleOf(titles.value.get(key)) || key
}

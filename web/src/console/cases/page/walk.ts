/** From case to case through the list that the reader came from: its query travels in `list`. */
import { api, ask } from '@/shared/api/client'
import { t } from '@/shared/i18n'
import { useLoad } from '@/shared/load'
import { ElMessage } from 'element-plus'
import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** `state=handling&state=dispatched` as the API asks for it. */
export function listQuery(text: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {}
  for (const [name, value] of new URLSearchParams(text)) {
    const before = query[name]
    query[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
  }
  return query
}

export function useWalk(number: string) {
  const route = useRoute()
  const router = useRouter()
  const list = computed(() => (typeof route.query.list === 'string' ? route.query.list : ''))
  const listPath = computed(() => `/cases${list.value ? `?${list.value}` : ''}`)
  const around = useLoad(() => ask(api.GET('/api/v1/cases/{number}/neighbours', { params: { path: { number }, query: listQuery(list.value) as never } })).catch(() => ({ previous: null, next: null })))
  const pathOf = (to: string) => ({ path: `/cases/${to}`, query: { ...(list.value ? { list: list.value } : {}), ...(route.query.tab ? { tab: route.query.tab } : {}) } })

  function go(where: 'previous' | 'next'): void {
    const to = around.data.value?.[where]
    if (to) void router.push(pathOf(to))
    else if (around.data.value) ElMessage.info(t(where === 'next' ? 'casepage.noNext' : 'casepage.noPrevious'))
  }
  return { around: around.data, go, pathOf, list, listPath }
}

export type Walk = ReturnType<typeof useWalk>

/** What the situation page shows, kept in its address: which sets, which severities, and as of when. */
import type { SetName } from '@/shared/map/sets'
import { may } from '@/shared/session'
import { computed } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'

const PERMISSIONS: Record<SetName, string> = { cases: 'case.read', alarms: 'alarm.read', things: 'thing.read', heat: 'case.read' }
const USUAL: SetName[] = ['cases', 'alarms', 'things']

export function useView() {
  const route = useRoute()
  const router = useRouter()
  const offered = computed(() => (['cases', 'alarms', 'things', 'heat'] as const).filter((set) => may(PERMISSIONS[set])))
  const text = (name: string) => (typeof route.query[name] === 'string' ? route.query[name] : null)
  const put = (change: LocationQueryRaw) => void router.replace({ query: { ...route.query, ...change } })

  const sets = computed<SetName[]>({
    get: () => {
      const given = text('sets')
      return offered.value.filter((set) => (given === null ? USUAL.includes(set) : given.split(',').includes(set)))
    },
    set: (wanted) => put({ sets: wanted.join(',') }),
  })
  const severities = computed<number[]>({
    get: () => (text('severity') ?? '').split(',').map(Number).filter((level) => level >= 1 && level <= 4),
    set: (wanted) => put({ severity: wanted.length ? wanted.join(',') : undefined }),
  })
  const at = computed<string | null>({
    get: () => (text('at') && !Number.isNaN(Date.parse(text('at') ?? '')) ? text('at') : null),
    set: (moment) => put({ at: moment ?? undefined }),
  })
  /** The question to the tiles and the legend. */
  const filters = computed<Record<string, unknown>>(() => ({
    ...(at.value ? { at: at.value } : { is_open: true }),
    ...(severities.value.length ? { severity: severities.value } : {}),
  }))
  const layers = computed(() => ['base' as const, ...sets.value.filter((set) => !at.value || set === 'cases' || set === 'heat')])
  return { offered, sets, severities, at, filters, layers }
}

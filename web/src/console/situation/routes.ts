import { mapFacts } from '@/shared/map/facts'
import { MapLocation } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

/** The map's own code is large: what it will ask for first is asked for while that is on its way. */
function load() {
  void mapFacts().catch(() => null)
  return import('./SituationPage.vue')
}

export default [
  {
    path: '/situation', name: 'situation', component: load,
    meta: { title: 'situation.title', permissions: ['case.read', 'alarm.read', 'thing.read'], nav: { group: 'work', order: 20, icon: MapLocation }, full: true },
  },
] satisfies RouteRecordRaw[]

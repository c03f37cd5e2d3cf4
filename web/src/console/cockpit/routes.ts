import { mapFacts } from '@/shared/map/facts'
import { DataBoard } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

/** What the map asks for first is asked for while the page's own code is on its way. */
function load() {
  void mapFacts().catch(() => null)
  return import('./CockpitPage.vue')
}

export default [
  {
    path: '/cockpit/:scene?', name: 'cockpit', component: load,
    meta: { title: 'cockpit.title', permissions: ['indicator.read'], nav: { group: 'work', order: 15, icon: DataBoard }, bare: true },
  },
] satisfies RouteRecordRaw[]

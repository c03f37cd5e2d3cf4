import { MapLocation } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/situation', name: 'situation', component: () => import('./SituationPage.vue'),
    meta: { title: 'situation.title', permissions: ['case.read', 'alarm.read', 'thing.read'], nav: { group: 'work', order: 20, icon: MapLocation }, full: true },
  },
] satisfies RouteRecordRaw[]

import { Monitor } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/desk', name: 'desk', component: () => import('./DeskPage.vue'),
    meta: { title: 'desk.title', permissions: ['case.read'], nav: { group: 'work', order: 10, icon: Monitor } },
  },
  {
    path: '/handovers/:id?', name: 'handovers', component: () => import('./HandoversPage.vue'),
    meta: { title: 'desk.handovers', permissions: ['handover.read'] },
  },
] satisfies RouteRecordRaw[]

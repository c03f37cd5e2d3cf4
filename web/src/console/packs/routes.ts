import { Box } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/packs', name: 'packs', component: () => import('./PacksPage.vue'),
    meta: { title: 'packs.title', permissions: ['pack.read'], nav: { group: 'manage', order: 50, icon: Box } },
  },
  { path: '/packs/:key', name: 'pack', component: () => import('./PackPage.vue'), meta: { title: 'packs.title', permissions: ['pack.read'] } },
] satisfies RouteRecordRaw[]

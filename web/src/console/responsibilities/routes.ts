import { Guide } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/responsibilities', name: 'responsibilities', component: () => import('./ResponsibilitiesPage.vue'), meta: { title: 'responsibilities.title', permissions: ['case.read'], nav: { group: 'manage', order: 35, icon: Guide } } },
] satisfies RouteRecordRaw[]

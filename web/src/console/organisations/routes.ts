import { OfficeBuilding } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/organisations', name: 'organisations', component: () => import('./OrganisationsPage.vue'), meta: { title: 'organisations.title', permissions: ['party.read'], nav: { group: 'manage', order: 30, icon: OfficeBuilding } } },
] satisfies RouteRecordRaw[]

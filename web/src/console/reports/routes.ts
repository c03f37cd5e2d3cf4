import { Tickets } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/reports', name: 'reports', component: () => import('./ReportsPage.vue'), meta: { title: 'reports.title', permissions: ['indicator.read'], nav: { group: 'city', order: 7, icon: Tickets } } },
  { path: '/reports/:id(\\d+)', name: 'report', component: () => import('./ReportPage.vue'), meta: { title: 'reports.one', permissions: ['indicator.read'] } },
] satisfies RouteRecordRaw[]

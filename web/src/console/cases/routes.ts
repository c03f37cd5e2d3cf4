import { Files } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/cases', name: 'cases', component: () => import('./CaseListPage.vue'),
    meta: { title: 'cases.title', permissions: ['case.read'], nav: { group: 'work', order: 30, icon: Files } },
  },
  {
    path: '/cases/:number', name: 'case', component: () => import('./CasePage.vue'),
    meta: { title: 'cases.case', permissions: ['case.read'] },
  },
] satisfies RouteRecordRaw[]

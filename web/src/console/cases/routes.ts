import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/cases/:number', name: 'case', component: () => import('./CasePage.vue'),
    meta: { title: 'cases.case', permissions: ['case.read'] },
  },
] satisfies RouteRecordRaw[]

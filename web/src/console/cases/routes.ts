import { Files } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'
import { askEarly, numberIn } from './page/early'

const page = () => import('./CasePage.vue')
if (numberIn(location.pathname)) {
  askEarly(location.pathname)
  void page()
}

export default [
  {
    path: '/cases', name: 'cases', component: () => import('./CaseListPage.vue'),
    meta: { title: 'cases.title', permissions: ['case.read'], nav: { group: 'work', order: 30, icon: Files } },
  },
  {
    path: '/cases/:number', name: 'case', component: page,
    meta: { title: 'cases.case', permissions: ['case.read'] },
  },
] satisfies RouteRecordRaw[]

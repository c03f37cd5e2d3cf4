import { Opportunity } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/rehearsals', name: 'rehearsals', component: () => import('./RehearsalsPage.vue'),
    meta: { title: 'rehearsals.title', permissions: ['responsibility.write'], nav: { group: 'manage', order: 36, icon: Opportunity } },
  },
  { path: '/rehearsals/:number', name: 'rehearsal', component: () => import('./RehearsalPage.vue'), meta: { title: 'rehearsals.title', permissions: ['responsibility.write'] } },
] satisfies RouteRecordRaw[]

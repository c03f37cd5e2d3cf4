import { Calendar } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/calendars', name: 'calendars', component: () => import('./CalendarsPage.vue'), meta: { title: 'calendars.title', permissions: ['case.read'], nav: { group: 'manage', order: 36, icon: Calendar } } },
] satisfies RouteRecordRaw[]

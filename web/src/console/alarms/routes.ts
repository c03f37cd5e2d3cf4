import { AlarmClock, Operation } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/alarms', name: 'alarms', component: () => import('./AlarmsPage.vue'), meta: { title: 'alarms.title', permissions: ['alarm.read'], nav: { group: 'work', order: 40, icon: AlarmClock } } },
  { path: '/alarm-rules', name: 'alarm-rules', component: () => import('./RulesPage.vue'), meta: { title: 'alarms.rules', permissions: ['alarm.read'], nav: { group: 'manage', order: 40, icon: Operation } } },
  { path: '/alarms/:id', name: 'alarm', component: () => import('./AlarmPage.vue'), meta: { title: 'alarms.one', permissions: ['alarm.read'] } },
] satisfies RouteRecordRaw[]

import { Odometer, Stamp, WarnTriangleFilled } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/jobs', name: 'jobs', component: () => import('./JobsPage.vue'),
    meta: { title: 'running.jobs', permissions: ['job.read'], nav: { group: 'run', order: 10, icon: Odometer } },
  },
  {
    path: '/failures', name: 'failures', component: () => import('./FailuresPage.vue'),
    meta: { title: 'running.failures', permissions: ['bus.read', 'job.read'], nav: { group: 'run', order: 20, icon: WarnTriangleFilled } },
  },
  {
    path: '/audit', name: 'audit', component: () => import('./AuditPage.vue'),
    meta: { title: 'running.audit', permissions: ['audit.read'], nav: { group: 'run', order: 30, icon: Stamp } },
  },
] satisfies RouteRecordRaw[]

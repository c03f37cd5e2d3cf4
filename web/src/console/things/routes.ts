import { Odometer } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/things', name: 'things', component: () => import('./ThingsPage.vue'), meta: { title: 'things.title', permissions: ['telemetry.read'], nav: { group: 'city', order: 10, icon: Odometer } } },
  { path: '/thing-register', name: 'thing-register', component: () => import('./RegisterPage.vue'), meta: { title: 'things.register', permissions: ['thing.write'] } },
  { path: '/things/:code', name: 'thing', component: () => import('./ThingPage.vue'), meta: { title: 'things.one', permissions: ['thing.read'] } },
] satisfies RouteRecordRaw[]

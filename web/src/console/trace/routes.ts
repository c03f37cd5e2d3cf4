import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/trace/:kind/:id(.+)', name: 'trace', component: () => import('./TracePage.vue'), meta: { title: 'trace.title', permissions: ['trace.read'] } },
] satisfies RouteRecordRaw[]

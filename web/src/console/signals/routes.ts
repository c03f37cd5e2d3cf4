import { ChatLineSquare } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/signals', name: 'signals', component: () => import('./SignalsPage.vue'),
    meta: { title: 'signals.title', permissions: ['signal.merge'], nav: { group: 'work', order: 25, icon: ChatLineSquare } },
  },
] satisfies RouteRecordRaw[]

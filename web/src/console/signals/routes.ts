import { ChatLineSquare, EditPen } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/signals/new', name: 'signal-new', component: () => import('./EnterPage.vue'),
    meta: { title: 'signals.enter.title', permissions: ['signal.report'], nav: { group: 'work', order: 12, icon: EditPen } },
  },
  {
    path: '/signals', name: 'signals', component: () => import('./SignalsPage.vue'),
    meta: { title: 'signals.title', permissions: ['signal.merge'], nav: { group: 'work', order: 25, icon: ChatLineSquare } },
  },
] satisfies RouteRecordRaw[]

import { Promotion } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/account', name: 'account', component: () => import('./AccountPage.vue'), meta: { title: 'outward.account', permissions: ['notice.read'] } },
  { path: '/webhooks', name: 'webhooks', component: () => import('./ChannelsPage.vue'), meta: { title: 'outward.channels', permissions: ['token.write', 'job.read'], nav: { group: 'manage', order: 45, icon: Promotion } } },
] satisfies RouteRecordRaw[]

import { Key, User } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/users', name: 'users', component: () => import('./UsersPage.vue'), meta: { title: 'users.title', permissions: ['account.read'], nav: { group: 'manage', order: 40, icon: User } } },
  { path: '/users/tokens', name: 'tokens', component: () => import('./TokensPage.vue'), meta: { title: 'users.tokens', permissions: ['account.read', 'token.write'], nav: { group: 'manage', order: 41, icon: Key } } },
  { path: '/users/:id(\\d+)', name: 'user', component: () => import('./UserPage.vue'), meta: { title: 'users.one', permissions: ['account.read'] } },
] satisfies RouteRecordRaw[]

import { isKnown, loadSession, mayAny, me } from '@/shared/session'
import type { Component } from 'vue'
import { createRouter, createWebHistory, type RouteRecordName, type RouteRecordRaw } from 'vue-router'

/** Where a page stands in the navigation. Groups in this order: work, city, manage, run. */
export interface NavPlace {
  group: 'work' | 'city' | 'manage' | 'run'
  order: number
  icon: Component
}

declare module 'vue-router' {
  interface RouteMeta {
    /** Message key of the page's title. */
    title: string
    /** Any of these permissions opens the page; none: everybody who is signed in. */
    permissions?: string[]
    nav?: NavPlace
    /** Open without signing in. */
    open?: boolean
    /** The page fills the window below the bar and scrolls inside itself (maps). */
    full?: boolean
    /** The page has the whole window to itself: no bar, no navigation. */
    bare?: boolean
  }
}

type RouteFile = { default: RouteRecordRaw[] }

/** Every feature's routes: `export default [...] satisfies RouteRecordRaw[]` with paths below /console. */
export const features = Object.values(import.meta.glob<RouteFile>('../*/routes.ts', { eager: true })).flatMap((file) => file.default)

export const router = createRouter({
  history: createWebHistory('/console/'),
  routes: [
    { path: '/', name: 'home', beforeEnter: () => firstPage() ?? true, component: () => import('./HomePage.vue'), meta: { title: 'shell.home' } },
    { path: '/sign-in', name: 'sign-in', component: () => import('./SignInPage.vue'), meta: { title: 'shell.signIn', open: true } },
    ...features,
    { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./NowherePage.vue'), meta: { title: 'shell.nowhere' } },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
})

/** Whether the signed-in viewer may open a page. */
export function mayOpen(route: Pick<RouteRecordRaw, 'meta'>): boolean {
  return mayAny(...(route.meta?.permissions ?? []))
}

const GROUPS = ['work', 'city', 'manage', 'run']

/** Where home is: the first page of the navigation that the viewer's duties open, or none. */
export function firstPage(): { name: RouteRecordName | undefined; replace: true } | null {
  const rank = (page: RouteRecordRaw) => GROUPS.indexOf(page.meta?.nav?.group ?? 'run') * 1000 + (page.meta?.nav?.order ?? 0)
  const open = features.filter((page) => page.meta?.nav && mayOpen(page)).sort((one, other) => rank(one) - rank(other))
  return open[0] ? { name: open[0].name, replace: true } : null
}

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  if (!isKnown.value) await loadSession().catch(() => null)
  if (!me.value) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  return true
})

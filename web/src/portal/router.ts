import { nextTick } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import HomePage from './home/HomePage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** Message key of the page's title. */
    title: string
  }
}

/** Tracking codes stand behind the # of an address, so that no server and no log ever sees them. */
export const router = createRouter({
  history: createWebHistory('/portal'),
  routes: [
    { path: '/', name: 'home', component: HomePage, meta: { title: 'home.title' } },
    { path: '/report', name: 'report', component: () => import('./report/ReportPage.vue'), meta: { title: 'report.title' } },
    { path: '/received', name: 'received', component: () => import('./report/ReceiptPage.vue'), meta: { title: 'report.receiptTitle' } },
    { path: '/track', name: 'track', component: () => import('./track/TrackPage.vue'), meta: { title: 'track.title' } },
    { path: '/mine', name: 'mine', component: () => import('./mine/MinePage.vue'), meta: { title: 'mine.title' } },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

/** After going to another page a screen reader begins with its heading. */
router.afterEach(async (to, from) => {
  if (!from.name || to.path === from.path) return
  await nextTick()
  document.querySelector<HTMLElement>('main h1')?.focus()
})

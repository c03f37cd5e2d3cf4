import { DataAnalysis } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/indicators', name: 'indicators', component: () => import('./IndicatorsPage.vue'), meta: { title: 'indicators.title', permissions: ['indicator.read'], nav: { group: 'city', order: 5, icon: DataAnalysis } } },
  { path: '/indicators/:key', name: 'indicator', component: () => import('./IndicatorPage.vue'), meta: { title: 'indicators.one', permissions: ['indicator.read'] } },
] satisfies RouteRecordRaw[]

import { Picture } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/pictures',
    name: 'pictures',
    component: () => import('./PicturesPage.vue'),
    meta: { title: 'pictures.title', permissions: ['picture.check'], nav: { group: 'work', order: 60, icon: Picture } },
  },
] satisfies RouteRecordRaw[]

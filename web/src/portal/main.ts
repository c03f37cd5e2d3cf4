/** The portal: citizens and companies, a phone first. */
import '@/shared/base.css'
import { watchBuild } from '@/shared/build'
import { addMessages, i18n, language, setLanguage } from '@/shared/i18n'
import { loadPlatform } from '@/shared/platform'
import { createApp } from 'vue'
import PortalApp from './PortalApp.vue'
import { applyLarge } from './parts/large'
import './portal.css'
import { router } from './router'

addMessages(import.meta.glob('./*/messages.ts', { eager: true }))
setLanguage(language())
applyLarge()
watchBuild(router)
await loadPlatform().catch(() => null)
createApp(PortalApp).use(i18n).use(router).mount('#app')

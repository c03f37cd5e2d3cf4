/** The console: staff, light, dense. Every feature folder brings routes.ts, messages.ts and, for its objects, panel.ts. */
import 'element-plus/dist/index.css'
import '@/shared/base.css'
import './shell/theme.css'
import { watchBuild } from '@/shared/build'
import { addMessages, i18n, language, setLanguage } from '@/shared/i18n'
import { loadPlatform } from '@/shared/platform'
import { loadSession } from '@/shared/session'
import { createApp } from 'vue'
import App from './shell/App.vue'
import { router } from './shell/router'

addMessages(import.meta.glob('./*/messages.ts', { eager: true }))
setLanguage(language())
watchBuild(router)

// The pages show what is wrong themselves; here only what would keep them from starting is waited for.
await Promise.allSettled([loadPlatform(), loadSession()])
createApp(App).use(i18n).use(router).mount('#app')

/** The first page: what this platform is, and one click into it. */
import '@/shared/base.css'
import { addMessages, i18n, language, setLanguage } from '@/shared/i18n'
import { loadPlatform } from '@/shared/platform'
import { createApp } from 'vue'
import EntryPage from './EntryPage.vue'
import messages from './messages'

addMessages({ './entry/messages.ts': { default: messages } })
setLanguage(language())
await loadPlatform().catch(() => null)
createApp(EntryPage).use(i18n).mount('#app')

/** Languages: zh-CN by default, en complete. Every feature brings a messages.ts; its folder's name is its namespace. */
import { createI18n } from 'vue-i18n'
import { shared } from './messages'

export type Language = 'zh' | 'en'
export type Texts = { [key: string]: string | Texts }
export type Messages = { zh: Texts; en: Texts }
/** What the API calls a title: the same words in both languages. */
export type Title = { zh: string; en: string }

const KEY = 'citybrain.language'

function remembered(): Language {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

export const i18n = createI18n({
  legacy: false,
  locale: remembered() as string,
  fallbackLocale: 'zh',
  missingWarn: false,
  fallbackWarn: false,
  messages: { zh: { ...shared.zh }, en: { ...shared.en } },
})

export function language(): Language {
  return i18n.global.locale.value === 'en' ? 'en' : 'zh'
}

export function setLanguage(wanted: Language): void {
  i18n.global.locale.value = wanted
  document.documentElement.lang = wanted === 'zh' ? 'zh-CN' : 'en'
  try {
    localStorage.setItem(KEY, wanted)
  } catch {
    // A browser that keeps nothing still speaks the chosen language until it is closed.
  }
}

/** Adds the texts of every feature: `addMessages(import.meta.glob('../*\/messages.ts', { eager: true }))`. */
export function addMessages(modules: Record<string, unknown>): void {
  for (const [path, module] of Object.entries(modules)) {
    const name = path.split('/').at(-2) ?? path
    const texts = (module as { default: Messages }).default
    i18n.global.mergeLocaleMessage('zh', { [name]: texts.zh })
    i18n.global.mergeLocaleMessage('en', { [name]: texts.en })
  }
}

/** A title of the API in the reader's language. */
export function titleOf(title: { zh?: string; en?: string } | null | undefined): string {
  if (!title) return ''
  return (language() === 'en' ? title.en || title.zh : title.zh || title.en) ?? ''
}

export function t(key: string, values: Record<string, unknown> = {}): string {
  return i18n.global.t(key, values)
}

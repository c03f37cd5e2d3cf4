import type { Messages } from '@/shared/i18n'

export default {
  zh: { title: '全市态势' },
  en: { title: 'Situation' },
} satisfies Messages

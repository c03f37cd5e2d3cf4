import type { Messages } from '@/shared/i18n'

export default {
  zh: { case: '案件' },
  en: { case: 'Case' },
} satisfies Messages

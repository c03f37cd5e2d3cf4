import type { Messages } from '@/shared/i18n'

const texts: Messages = {
  zh: { title: '来龙去脉', long: '由什么引起，又引出了什么；点任意一项以它为中心重画。', here: '当前' },
  en: { title: 'Trace', long: 'What led to it, and what came of it; choose any part to draw around it.', here: 'here' },
}

export default texts

import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '全市态势', open: '在办', overdue: '超时', soon: '一小时内到期', undispatched: '待派遣', firing: '正在告警', things: '感知设备', numbers: '关键数字',
    stream: '最新动态', noEvents: '还没有案件或告警', opened: '立案', alarmed: '告警', resolved: '已恢复', past: '{time} 时的在办案件；告警与设备只显示当前，回看时不画', legend: '图例', close: '收起', show: '动态',
    pastShort: '回看 {time}', unit: '件', unitThings: '台', unitAlarms: '条',
  },
  en: {
    title: 'Situation', open: 'Open', overdue: 'Overdue', soon: 'Due within the hour', undispatched: 'Undispatched', firing: 'Alarms firing', things: 'Devices', numbers: 'Key numbers',
    stream: 'Latest', noEvents: 'No case or alarm yet', opened: 'Opened', alarmed: 'Alarm', resolved: 'Resolved', past: 'Cases open at {time}; alarms and devices are known for now only and are not drawn', legend: 'Legend', close: 'Close', show: 'Latest',
    pastShort: 'At {time}', unit: 'cases', unitThings: 'devices', unitAlarms: 'alarms',
  },
} satisfies Messages

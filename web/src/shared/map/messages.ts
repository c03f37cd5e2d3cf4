import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    label: '地图', keys: '方向键移动，加减号缩放', zoomIn: '放大', zoomOut: '缩小', whole: '全市', failed: '地图没有加载出来', noGl: '此设备无法绘制地图（需要 WebGL）。',
    set: { cases: '案件', alarms: '告警', things: '感知设备', heat: '七日热力', base: '底图' }, legend: '图例', severity: '级别', counts: '案件 · 告警', located: '只计有位置的',
    timeSlider: '查看过去某一时刻的在办案件', now: '现在', toNow: '回到现在', play: '播放最近变化', pause: '暂停',
  },
  en: {
    label: 'Map', keys: 'Arrow keys move, plus and minus zoom', zoomIn: 'Zoom in', zoomOut: 'Zoom out', whole: 'Whole city', failed: 'The map did not load', noGl: 'This device cannot draw the map (it needs WebGL).',
    set: { cases: 'Cases', alarms: 'Alarms', things: 'Devices', heat: 'Heat of 7 days', base: 'Base map' }, legend: 'Legend', severity: 'Severity', counts: 'cases · alarms', located: 'Only what has a place is counted',
    timeSlider: 'Cases that were open at a past moment', now: 'Now', toNow: 'Back to now', play: 'Play what changed', pause: 'Pause',
  },
} satisfies Messages

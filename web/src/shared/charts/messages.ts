import type { Messages } from '../i18n'

const zh = {
  units: { person: '人', vehicle: '辆' },
  label: '{title}折线图，{from} 至 {to}，共 {n} 个点，最低 {low}，最高 {high}，最近 {last}', labelNone: '{title}折线图，{from} 至 {to}，没有读数',
  none: '这段时间没有读数', unit: '单位 {unit}', mean: '每点为 {every} 的平均，浅色为最低至最高', single: '逐条读数', zone: '时间为 {zone}',
  showTable: '以表格查看', hideTable: '收起表格', range: '范围 {low} – {high}', readings: '{every} · {n} 条读数', doubtful: '存疑（质量码 {n}）', good: '正常',
  time: '时间', lowest: '最低', highest: '最高', count: '读数', quality: '质量',
  every: { '1m': '1 分钟', '5m': '5 分钟', '10m': '10 分钟', '15m': '15 分钟', '30m': '30 分钟', '1h': '1 小时', '2h': '2 小时', '6h': '6 小时', '12h': '12 小时', '1d': '1 天', '7d': '7 天' },
}
const en = {
  units: { person: 'person', vehicle: 'veh' },
  label: '{title}: line from {from} to {to} with {n} points, lowest {low}, highest {high}, newest {last}', labelNone: '{title}: line from {from} to {to}, no readings',
  none: 'No readings in this time', unit: 'Unit {unit}', mean: 'Each point is the mean of {every}; the pale band is lowest to highest', single: 'Single readings', zone: 'Times of {zone}',
  showTable: 'Show as a table', hideTable: 'Hide the table', range: 'Range {low} – {high}', readings: '{every} · {n} readings', doubtful: 'Doubtful (quality {n})', good: 'Good',
  time: 'Time', lowest: 'Lowest', highest: 'Highest', count: 'Readings', quality: 'Quality',
  every: { '1m': '1 min', '5m': '5 min', '10m': '10 min', '15m': '15 min', '30m': '30 min', '1h': '1 h', '2h': '2 h', '6h': '6 h', '12h': '12 h', '1d': '1 day', '7d': '7 days' },
}

export default { zh, en } satisfies Messages

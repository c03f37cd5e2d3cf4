import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '运行报告', one: '报告', lead: '一天或一周结束并算完后自动生成；迟到的数据会生成新的一版，旧版保留。', kind: '报告种类', allKinds: '全部种类', place: '地点', period: '时段', version: '版本', made: '生成时间', versionOf: '第 {n} 版',
    none: '这里还没有报告。时段结束并算完指标后自动生成，也可以现在生成。', noneFiltered: '没有符合条件的报告', simulated: '模拟数据', replaced: '已有更新的版本', toNewest: '看最新一版', versions: '各版本', knownAt: '数据截至 {at}',
    make: '立即生成', makeLong: '按所选种类和地点生成最近一个已结束的时段，或所选日期所在的时段', chooseKind: '先选一种报告', day: '哪一天（默认最近结束的）', day2: '日期', made1: '已生成', unchanged: '数据没有变化，仍是第 {n} 版',
    pdf: 'PDF', xlsx: 'XLSX', frame: '报告正文', back: '全部报告', again: '重新生成', trace: '来龙去脉',
    subscribe: '订阅', unsubscribe: '退订', subscribed: '已订阅：新一期生成时会通知您', unsubscribed: '已退订', subscribeLong: '新一期生成时通知您；要同时收到邮件，请在账户的通知设置中选择', mine: '我的订阅',
  },
  en: {
    title: 'Reports', one: 'Report', lead: 'Made by itself when a day or week is over and computed; late data makes another version, and the old one stays.', kind: 'Kind of report', allKinds: 'All kinds', place: 'Place', period: 'Period', version: 'Version', made: 'Made', versionOf: 'Version {n}',
    none: 'No reports yet. They are made when their period is over and computed, or now.', noneFiltered: 'No report is like that', simulated: 'Simulated', replaced: 'There is a newer version', toNewest: 'See the newest', versions: 'Versions', knownAt: 'As known at {at}',
    make: 'Make now', makeLong: 'Of the chosen kind and place: the newest period that is over, or the one of the chosen day', chooseKind: 'Choose a kind of report first', day: 'Which day (the newest that is over)', day2: 'Day', made1: 'Made', unchanged: 'Nothing has changed: version {n} still stands',
    pdf: 'PDF', xlsx: 'XLSX', frame: 'The report itself', back: 'All reports', again: 'Make again', trace: 'Trace',
    subscribe: 'Subscribe', unsubscribe: 'Unsubscribe', subscribed: 'Subscribed: you are told when the next one is made', unsubscribed: 'You are told no longer', subscribeLong: 'You are told when the next one is made; by mail too where your account says so', mine: 'My subscriptions',
  },
} satisfies Messages

import type { Messages } from '@/shared/i18n'

const texts: Messages = {
  zh: {
    title: '来龙去脉', long: '由什么引起，又引出了什么；点任意一项以它为中心重画。', here: '当前',
    traceColumns: { reading: '读数', alarm: '告警', signal: '反映', case: '案件', assignment: '任务', notice: '通知', value: '指标值', report: '报告', ending: '结束' },
    relations: { printed: '列入', told: '告知', crossed: '越限', counted: '计入', raised: '触发', reported: '上报', opened: '立案', merged: '并入', left: '曾属', dispatched: '派遣', ended: '结束', duplicate_of: '重复于', folded_into: '归并', waiting_for_person: '待判' },
    taskStates: { waiting: '待接收', accepted: '已接收', done: '已完成', returned: '已退回', transferred: '已转出', ended: '随案结束' },
    alarmStates: { pending: '待确认', firing: '告警中', resolved: '已解除', lapsed: '已失效', withdrawn: '已撤回' },
    reportStates: { newest: '最新版本', replaced: '已被更新' },
    signalStates: { opened: '已立案', merged: '已并入', received: '已收到', waiting_for_person: '待人工判断', ended: '已结束' },
    noticeStates: { due: '待送达', sent: '已送达', failed: '未送达，将重试', dead: '未送达', withdrawn: '已撤回' },
    nobodyThere: '未送达：没有收件人',
    showMore: '还有 {n} 项',
    withheld: '不在您的职责范围内',
    thisCase: '本案',
    quality: '质量码 {n}',
    isCut: '关联较多，只画出一部分',
    exportTrace: '导出可验证文件',
    noTrace: '没有可追溯的关联',
  },
  en: {
    title: 'Trace', long: 'What led to it, and what came of it; choose any part to draw around it.', here: 'here',
    traceColumns: { reading: 'Reading', alarm: 'Alarm', signal: 'Report', case: 'Case', assignment: 'Task', notice: 'Notice', value: 'Value', report: 'Report made', ending: 'End' },
    relations: { printed: 'printed', told: 'told', crossed: 'crossed', counted: 'counted', raised: 'raised', reported: 'reported', opened: 'opened', merged: 'merged', left: 'was in', dispatched: 'dispatched', ended: 'ended', duplicate_of: 'same as', folded_into: 'folded into', waiting_for_person: 'waits' },
    taskStates: { waiting: 'to accept', accepted: 'accepted', done: 'done', returned: 'returned', transferred: 'passed on', ended: 'ended with the case' },
    alarmStates: { pending: 'pending', firing: 'firing', resolved: 'resolved', lapsed: 'lapsed', withdrawn: 'withdrawn' },
    reportStates: { newest: 'newest', replaced: 'replaced' },
    signalStates: { opened: 'opened a case', merged: 'merged', received: 'received', waiting_for_person: 'waits for a person', ended: 'ended' },
    noticeStates: { due: 'to be delivered', sent: 'delivered', failed: 'not delivered, tried again', dead: 'not delivered', withdrawn: 'withdrawn' },
    nobodyThere: 'not delivered: nobody there',
    showMore: '{n} more',
    withheld: 'Not within your duties',
    thisCase: 'this case',
    quality: 'quality {n}',
    isCut: 'There is more than is drawn',
    exportTrace: 'Export, verifiable offline',
    noTrace: 'Nothing to trace',
  },
}

export default texts

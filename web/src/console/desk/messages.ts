import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '值班台', overview: '待办总览', all: '全部', and: '、', nothing: '当前没有待办事项', clear: '已清：{names}', handOver: '交班', handovers: '交接班记录', shifts: '排班',
    seen: '这 {n} 条已知悉', seenOne: '已知悉', attempts: '已试 {n} 次', waits: '{name} 于 {at} 交班，待接收', readAndAccept: '查看并接班', toDesk: '回到值班台',
    since: { people: '{name}自 {at} 起 · 值班：{people}', shift: '{name}自 {at} 起', handover: '自 {at} 接班起', day: '自 {at} 起（近 24 小时）', asked: '自 {at} 起' },
    moved: { opened: '新立案', closed: '已办结', escalated: '升级' },
    section: {
      overdue: '已超时', due_soon: '一小时内到期', undispatched: '待派遣', unlocated: '未定位', nobody_responsible: '无责任单位', signals: '待研判线索', dead_letters: '投递失败的消息',
      failed_notices: '未送达的通知', escalations: '未读升级提醒', extensions: '延期待批', to_verify: '待核查', to_conclude: '待反馈总结', mine: '我的任务',
    },
    text: '交班说明', textHint: '需要接班人知道的事：正在处置的事件、已联系的单位、需要盯防的地点…', addressee: '交给', whoeverComes: '接班人员', frozen: '一并交接的待办', frozenHint: '提交时按当时情况固定，此后案件变化不影响记录。',
    written: '已提交交班记录', send: '提交交班', bare: '没有写交班内容，也没有选接班人：接班的人只会看到下列在办事项。仍要提交，请再点一次。', sendBare: '仍要提交', noHandovers: '还没有交接班记录', noShift: '未排班次', acceptedBy: '{name} 已接班', waiting: '待接班', chooseOne: '选择左侧一条记录查看',
    sheet: '{shift}交接班记录', goes: '交班人', comes: '接班人', noText: '（未填写说明）', refresh: '更新待办为当前', earlier: '修改前的内容（{n}）', asItStood: '交班时的待办（{at}）', remark: '接班备注',
    accept: '确认接班', accepted: '已接班', changed: '已更新', signGoes: '交班人签字：', signComes: '接班人签字：', dueAt: '{at} 到期', firstOf: '仅列出前 {n} 件',
    noShifts: '没有进行中或将要开始的班次', shiftName: '班次名称', shiftNameHint: '如 白班', shiftSpan: '起止时间', shiftPeople: '值班人员', begins: '开始', ends: '结束', planShift: '排班', cancelShift: '取消', cancelShiftAsk: '取消这个班次？',
  },
  en: {
    title: 'Duty desk', overview: 'What is open', all: 'All', and: ', ', nothing: 'Nothing is open', clear: 'Clear: {names}', handOver: 'Hand over', handovers: 'Handovers', shifts: 'Shifts',
    seen: 'Seen these {n}', seenOne: 'Seen', attempts: 'tried {n} times', waits: '{name} handed over at {at}; it waits to be accepted', readAndAccept: 'Read and take over', toDesk: 'To the desk',
    since: { people: '{name} since {at} · on duty: {people}', shift: '{name} since {at}', handover: 'since the handover at {at}', day: 'since {at} (24 hours)', asked: 'since {at}' },
    moved: { opened: 'Opened', closed: 'Ended', escalated: 'Escalated' },
    section: {
      overdue: 'Overdue', due_soon: 'Due within an hour', undispatched: 'To dispatch', unlocated: 'Not located', nobody_responsible: 'Nobody responsible', signals: 'Reports to judge', dead_letters: 'Undelivered messages',
      failed_notices: 'Failed notices', escalations: 'Escalations not seen', extensions: 'More time asked for', to_verify: 'To verify', to_conclude: 'To answer and sum up', mine: 'My tasks',
    },
    text: 'Note', textHint: 'What the next shift must know: what is being handled, whom you called, which places to watch…', addressee: 'For', whoeverComes: 'Whoever comes', frozen: 'Open matters handed over with it', frozenHint: 'They are frozen as they stand when you send it; what becomes of them later does not change the record.',
    written: 'The handover is written', send: 'Hand over', bare: 'There is no note and nobody is named: whoever comes sees only the open matters below. Click again to hand over all the same.', sendBare: 'Hand over all the same', noHandovers: 'No handovers yet', noShift: 'No shift', acceptedBy: '{name} took over', waiting: 'Waits to be accepted', chooseOne: 'Choose one on the left',
    sheet: 'Handover {shift}', goes: 'Goes', comes: 'Comes', noText: '(no note)', refresh: 'Take the open matters of now', earlier: 'What it said before ({n})', asItStood: 'Open matters at {at}', remark: 'Remark',
    accept: 'Take over', accepted: 'You have taken over', changed: 'Changed', signGoes: 'Signed, goes:', signComes: 'Signed, comes:', dueAt: 'due {at}', firstOf: 'Only the first {n} are listed',
    noShifts: 'No shift runs or lies ahead', shiftName: 'Name', shiftNameHint: 'e.g. Day', shiftSpan: 'From, to', shiftPeople: 'On duty', begins: 'Begins', ends: 'Ends', planShift: 'Plan', cancelShift: 'Cancel', cancelShiftAsk: 'Cancel this shift?',
  },
} satisfies Messages

import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '案件', case: '案件', handled: '处置完毕', about: '约 {n} 件', search: '编号或标题', lists: '常用清单', moreFilters: '更多筛选', reset: '恢复为未结案件', none: '没有符合条件的案件',
    keys: 'j / k 上下移动，回车打开，空格预览，/ 搜索', from: '开始', to: '结束', order: '排序', takeAway: '取消筛选：{name}', is: '{name}：{value}', not: '非{name}',
    supervised: '督办', reports: '{n} 条线索', nobody: '无人承办', due: '时限', who: '承办单位', where: '地点', reported: '发生', latest: '最近动态', unlocated: '未定位', paused: '计时暂停',
    views: { list: '列表', both: '列表与地图', map: '地图' },
    orders: { newest: '最新立案在前', due: '最先到期在前', oldest: '最早立案在前' },
    kind: { waiting: '待处理', working: '办理中', checking: '核查中', ended: '已结束' },
    quick: { open: '未结', overdue: '已超时', due_soon: '一小时内到期', undispatched: '待派遣', to_verify: '待核查', to_conclude: '待反馈总结', unlocated: '未定位', mine: '我的任务', everything: '全部' },
    filter: {
      state: '状态', stage: '阶段', case_type: '类型', severity: '级别', source: '来源', state_kind: '进展', is_open: '未结', overdue: '已超时', unlocated: '未定位', undispatched: '待派遣',
      nobody_responsible: '无责任单位', asks_more_time: '申请延期', to_verify: '待核查', supervised: '督办', mine: '我的任务', organisation: '承办单位', region: '区域',
      due_within_minutes: '到期前', opened: '立案时间', opened_from: '立案不早于', opened_to: '立案早于', closed_from: '办结不早于', closed_to: '办结早于', escalated_from: '升级不早于', due_before: '到期早于',
    },
  },
  en: {
    title: 'Cases', case: 'Case', handled: 'Handled', about: 'about {n}', search: 'Number or title', lists: 'Lists', moreFilters: 'More filters', reset: 'Back to open cases', none: 'No case is like this',
    keys: 'j / k move, Enter opens, space looks, / searches', from: 'From', to: 'To', order: 'Order', takeAway: 'Take away the filter {name}', is: '{name}: {value}', not: 'not {name}',
    supervised: 'Supervised', reports: '{n} reports', nobody: 'Nobody has it', due: 'Due', who: 'Who has it', where: 'Where', reported: 'Happened', latest: 'Lately', unlocated: 'Not located', paused: 'Clock stands still',
    views: { list: 'List', both: 'List and map', map: 'Map' },
    orders: { newest: 'Newest first', due: 'Due first', oldest: 'Oldest first' },
    kind: { waiting: 'Waiting', working: 'Being worked on', checking: 'Being checked', ended: 'Ended' },
    quick: { open: 'Open', overdue: 'Overdue', due_soon: 'Due within an hour', undispatched: 'To dispatch', to_verify: 'To verify', to_conclude: 'To answer and sum up', unlocated: 'Not located', mine: 'My tasks', everything: 'All' },
    filter: {
      state: 'State', stage: 'Stage', case_type: 'Kind', severity: 'Severity', source: 'Source', state_kind: 'Progress', is_open: 'Open', overdue: 'Overdue', unlocated: 'Not located', undispatched: 'To dispatch',
      nobody_responsible: 'Nobody responsible', asks_more_time: 'More time asked for', to_verify: 'To verify', supervised: 'Supervised', mine: 'My tasks', organisation: 'Who has it', region: 'Region',
      due_within_minutes: 'Due within', opened: 'Opened', opened_from: 'Opened since', opened_to: 'Opened before', closed_from: 'Ended since', closed_to: 'Ended before', escalated_from: 'Escalated since', due_before: 'Due before',
    },
  },
} satisfies Messages

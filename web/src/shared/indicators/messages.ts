import type { Messages } from '../i18n'

const zh = {
  level: { normal: '正常', warn: '预警', alarm: '告警', none: '未设阈值' },
  running: '时段未结束', knownSince: '自 {at} 起为此值', nothing: '这里还没有算出这项指标的值',
  wording: '口径', version: '第 {n} 版', owner: '责任单位', source: '依据', adds: '怎么相加',
  how: {
    ratio: '{scale} × 分子之和 {numerator} ÷ 分母之和 {denominator} = {value}', count: '数 {n} 行 = {value}', sum: '{n} 行的值相加 = {value}', mean: '{n} 行的平均值 = {value}',
    median: '{n} 行的中位数 = {value}', p90: '{n} 行中第 90 百分位 = {value}', max: '{n} 行中的最大值 = {value}', min: '{n} 行中的最小值 = {value}',
  },
  reproduced: '重算 = 显示：按当时的数据重算得 {value}', different: '重算 ≠ 显示：按当时的数据重算得 {again}，显示的是 {value}', sql: '查看 SQL',
  inputs: '用到的数据', table: '数据表', until: '数据截至 {at}', rows: '相加的每一行', total: '共 {n} 行', hidden: '其中 {n} 行计入结果，但不在您的职责范围内，不予列出', noRows: '没有可以列出的行', page: '第 {from}–{to} 行', before: '上一页', after: '下一页',
  columns: { subject: '对象', numerator: '分子', denominator: '分母', value: '值', opened_at: '受理时间', closed_at: '办结时间', due_at: '办理期限', learned_at: '得知时间', fired_at: '触发时间', resolved_at: '解除时间', at: '时间',
    case_type: '案件类型', accepted_at: '接收时间', dispatched_at: '派遣时间', finished_at: '处置完成', last_finished_at: '最近处置完成', returned_at: '退回时间', settled_at: '定性时间', supervised_at: '督办时间', occurred_at: '发生时间', start_at: '开始时间', highest_at: '最高时刻', densest_at: '最密时刻', heard_at: '最近上报', registered_at: '登记时间', source: '来源', kind: '种类', outcome: '结果', severity: '级别', level: '等级', thing: '设备', model: '设备类型', rule: '告警规则', readings: '读数条数', stations: '站点数', aqi: 'AQI', primary_pollutants: '首要污染物', day: '日期', hours: '小时数', hours_late: '超期小时', silent_hours: '静默小时', speed: '速度', free_flow: '自由流速度', highest: '最高', lowest: '最低', since: '自', case_number: '案件编号', cases: '案件数', step: '步骤', newest: '最新', class: '空气质量级别', assignment: '任务', merge_rule: '归并规则',
  },
  subjects: { case: '案件', alarm: '告警', thing: '设备', signal: '线索', region: '区域' },
}
const en = {
  level: { normal: 'Normal', warn: 'Warning', alarm: 'Alarm', none: 'No thresholds' },
  running: 'the period is not over', knownSince: 'this value since {at}', nothing: 'No value of this indicator was computed here yet',
  wording: 'Wording', version: 'version {n}', owner: 'Owner', source: 'Asked for by', adds: 'How it adds up',
  how: {
    ratio: '{scale} × sum of numerators {numerator} ÷ sum of denominators {denominator} = {value}', count: '{n} row counted = {value} | {n} rows counted = {value}', sum: '{n} row added up = {value} | {n} rows added up = {value}', mean: 'mean of {n} row = {value} | mean of {n} rows = {value}',
    median: 'median of {n} row = {value} | median of {n} rows = {value}', p90: '90th percentile of {n} row = {value} | 90th percentile of {n} rows = {value}', max: 'largest of {n} row = {value} | largest of {n} rows = {value}', min: 'smallest of {n} row = {value} | smallest of {n} rows = {value}',
  },
  reproduced: 'Recomputed = shown: on the data of that time it is {value} again', different: 'Recomputed ≠ shown: on the data of that time it is {again}, shown is {value}', sql: 'Show the SQL',
  inputs: 'What it was computed from', table: 'Table', until: 'data up to {at}', rows: 'The rows that add up to it', total: '{n} row | {n} rows', hidden: '{n} of them count but are not within your duties and are not listed', noRows: 'No rows to list', page: 'Rows {from}–{to}', before: 'Previous page', after: 'Next page',
  columns: { subject: 'Object', numerator: 'Numerator', denominator: 'Denominator', value: 'Value', opened_at: 'Opened', closed_at: 'Closed', due_at: 'Due', learned_at: 'Learned', fired_at: 'Fired', resolved_at: 'Resolved', at: 'Time',
    case_type: 'Kind of case', accepted_at: 'Accepted', dispatched_at: 'Dispatched', finished_at: 'Finished', last_finished_at: 'Last finished', returned_at: 'Returned', settled_at: 'Settled', supervised_at: 'Supervised', occurred_at: 'Occurred', start_at: 'Start', highest_at: 'Highest at', densest_at: 'Densest at', heard_at: 'Last heard of', registered_at: 'Registered', source: 'Source', kind: 'Kind', outcome: 'Outcome', severity: 'Severity', level: 'Level', thing: 'Thing', model: 'Model', rule: 'Alarm rule', readings: 'Readings', stations: 'Stations', aqi: 'AQI', primary_pollutants: 'Primary pollutants', day: 'Day', hours: 'Hours', hours_late: 'Hours late', silent_hours: 'Hours silent', speed: 'Speed', free_flow: 'Free-flow speed', highest: 'Highest', lowest: 'Lowest', since: 'Since', case_number: 'Case number', cases: 'Cases', step: 'Step', newest: 'Newest', class: 'Air quality class', assignment: 'Task', merge_rule: 'Merge rule',
  },
  subjects: { case: 'Case', alarm: 'Alarm', thing: 'Thing', signal: 'Signal', region: 'Region' },
}

export default { zh, en } satisfies Messages

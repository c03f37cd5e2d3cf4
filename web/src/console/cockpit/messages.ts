import type { Messages } from '@/shared/i18n'

const zh = {
  title: '驾驶舱', of: '{city}城市驾驶舱', scenes: '场景', leave: '工作台', whole: '全屏', notWhole: '退出全屏', citywide: '全市', place: '区域', below: '下级区域', enter: '进入 {place}', up: '回到 {place}',
  none: '还没有可看的场景。装载带 screen.yaml 的行业包后即可看到。', computed: '指标算于 {at}', never: '指标尚未计算', keys: '快捷键：1–9 切换场景，T 回看，F 全屏，Esc 关闭',
  past: { open: '回看', title: '回看：当时所知', shown: '当时所知 · {at}', none: '那时还没有计算指标，指标没有数值；案件和地图为当时所知', note: '数字、案件和地图均为当时所知；告警与设备点位只有当前，不画', now: '回到现在', slider: '时刻', moment: '指定时刻', outside: '只能回看近 {n} 天，已转到最近的可看时刻', days: '近 14 天', back: '早 1 小时', forth: '晚 1 小时' },
  period: { today: '今日', yesterday: '昨日', running: '未满', so: '至今' }, against: '较{period}', before: '{period} {value}', same: '与{period}持平', noValue: '暂无数值', noBefore: '无可比时段', unknown: '指标未声明', change: { better: '好转', worse: '变差' },
  open: '查看 {title} 的由来', top: '好的在前', more: '共 {n}', rows: '还有 {n} 条', all: '全部', nobody: '没有', empty: { ranking: '这个区域没有可排名的数值', share: '没有在办案件', list: { alarms: '没有正在触发的告警', overdue: '没有超时的案件', newest: '没有在办案件' }, trend: '还没有数值', flow: '这段时间没有案件' },
  kinds: { map: '实时态势', flow: '案件流转', share: '构成', trend: '走势', ranking: '排名', text: '说明', number: '指标', list: { alarms: '正在触发的告警', overdue: '超时案件', newest: '最新案件' } },
  days: '近 {n} 天', today: '今日', rest: '其他', total: '合计', sources: { alarm: '感知告警', hotline: '12345 热线', app: '市民上报', grid: '网格巡查', source: '其他系统', manual: '人工立案' },
  steps: { reported: '上报', opened: '立案', dispatched: '派遣', accepted: '受理', finished: '处置', closed: '结案' }, waits: '积压 {n}', late: '超时 {n}', share: '{n}%',
  told: {
    title: '案件流转 · {step}', since: '自 {at} 起', list: '在案件列表中查看', waits: '现在停在这一步', late: '其中已超时', count: '这段时间走到这一步',
    reported: '这段时间城市得知的线索数；多条线索可能是同一件事。', opened: '这段时间立案的案件数；积压是至今没有派遣的。', dispatched: '这段时间立案、且已首次派遣的案件数；积压是派遣后还没有受理的。',
    accepted: '这段时间立案、且已首次受理的案件数；积压是受理后还没有处置完的。', finished: '这段时间立案、且已处置完的案件数；积压是处置后等待核查或结案的。', closed: '这段时间立案、且已结案的案件数，不论结果。',
    source: '来自数据湖的案件与线索事件，每 15 秒更新一次；只计您职责范围内的。',
  },
  panel: { close: '关闭', why: '由来', history: '曾显示过的值', historyNone: '一直是这个值', knownAt: '得知于', value: '值', rows: '行', questions: '批注', noQuestions: '还没有人就这个数批注' },
  ask: { label: '批注', placeholder: '想问什么？例如：为什么比昨天低？', send: '批注并督办', hint: '会成为一件督办案件，按责任清单派给负责单位，到期前答复', sent: '已成为督办案件 {number}', seen: '当时所见 {value}', answer: '答复', waiting: '等待 {organisation} 答复', waitingNobody: '等待派遣', unseen: '案件不在您的职责范围内' },
}
const en = {
  title: 'Cockpit', of: 'Cockpit of {city}', scenes: 'Scenes', leave: 'Console', whole: 'Full screen', notWhole: 'Leave full screen', citywide: 'Whole city', place: 'Place', below: 'Below', enter: 'Go to {place}', up: 'Back to {place}',
  none: 'There is no scene to look at yet. Load a pack that has a screen.yaml.', computed: 'Indicators computed {at}', never: 'Indicators were not computed yet', keys: 'Keys: 1–9 scenes, T look back, F full screen, Esc close',
  past: { open: 'Look back', title: 'Look back: as known then', shown: 'As known at {at}', none: 'Indicators were not computed yet then and have no value; cases and the map are as known then', note: 'Numbers, cases and the map are as known then; alarms and devices are known for now only and are not drawn', now: 'Back to now', slider: 'Moment', moment: 'A moment', outside: 'Only the last {n} days can be looked at; this is the nearest moment', days: 'The last 14 days', back: 'An hour earlier', forth: 'An hour later' },
  period: { today: 'today', yesterday: 'yesterday', running: 'not over', so: 'so far' }, against: 'against {period}', before: '{period} {value}', same: 'as {period}', noValue: 'No value yet', noBefore: 'Nothing to compare with', unknown: 'Not declared', change: { better: 'better', worse: 'worse' },
  open: 'Where {title} comes from', top: 'the best first', more: '{n} in all', rows: '{n} more', all: 'All', nobody: 'None', empty: { ranking: 'Nothing to rank in this place', share: 'No open case', list: { alarms: 'No alarm fires', overdue: 'No case is past its time', newest: 'No open case' }, trend: 'No value yet', flow: 'No case in this time' },
  kinds: { map: 'The city now', flow: 'Flow of cases', share: 'Shares', trend: 'Trend', ranking: 'Ranking', text: 'Note', number: 'Indicator', list: { alarms: 'Alarms that fire', overdue: 'Overdue cases', newest: 'Newest cases' } },
  days: '{n} days', today: 'Today', rest: 'Others', total: 'Total', sources: { alarm: 'Device alarms', hotline: '12345 hotline', app: 'Citizens', grid: 'Grid patrol', source: 'Other systems', manual: 'By hand' },
  steps: { reported: 'Reported', opened: 'Opened', dispatched: 'Dispatched', accepted: 'Accepted', finished: 'Finished', closed: 'Closed' }, waits: '{n} wait', late: '{n} late', share: '{n}%',
  told: {
    title: 'Flow of cases · {step}', since: 'since {at}', list: 'Show in the list of cases', waits: 'Wait at this step now', late: 'Of these past their time', count: 'Came so far in this time',
    reported: 'Reports that the city learned of in this time; several may be about the same matter.', opened: 'Cases opened in this time; waiting are those that were not dispatched yet.', dispatched: 'Cases opened in this time and dispatched at least once; waiting are those not accepted yet.',
    accepted: 'Cases opened in this time and accepted at least once; waiting are those not finished yet.', finished: 'Cases opened in this time and finished; waiting are those to be verified or closed.', closed: 'Cases opened in this time and closed, whatever the outcome.',
    source: 'From the events of cases and reports in the lake, taken in every 15 seconds; only what is within your duties counts.',
  },
  panel: { close: 'Close', why: 'Where it comes from', history: 'Values shown before', historyNone: 'It was this value all along', knownAt: 'Known at', value: 'Value', rows: 'Rows', questions: 'Questions', noQuestions: 'Nobody has asked about this number yet' },
  ask: { label: 'Ask', placeholder: 'What do you want to know? For example: why is it lower than yesterday?', send: 'Ask and supervise', hint: 'It becomes a supervised case of whoever answers for it, due by its time limit', sent: 'Became the supervised case {number}', seen: 'seen: {value}', answer: 'Answer', waiting: '{organisation} has to answer', waitingNobody: 'To be dispatched', unseen: 'The case is not within your duties' },
}

export default { zh, en } satisfies Messages

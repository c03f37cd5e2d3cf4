import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '告警', one: '告警', rules: '告警规则', open: '打开告警', about: '约 {n} 条', empty: '没有符合条件的告警', emptyFiring: '此刻没有正在发生的告警', showAll: '查看全部告警',
    fresh: '有新的告警，点此刷新', more: '加载更多', since: '开始', lasted: '历时 {span}', lasting: '已持续 {span}', at: '于', folded: '折叠', episodes: '第 {n} 次', episodesLong: '短时间内反复触发 {n} 次，已合并为一条', foldedInto: '并入更早的告警',
    tab: { firing: '告警中', resolved: '已恢复', all: '全部' },
    state: { pending: '待确定', firing: '告警中', resolved: '已恢复', lapsed: '未成立', withdrawn: '已撤回' },
    stateHint: { pending: '已越过阈值，尚未持续足够久', firing: '正在发生', resolved: '已回到正常', lapsed: '没有持续足够久，不算告警', withdrawn: '读数被更正后不再成立' },
    filter: { severity: '级别', anySeverity: '全部级别', orWorse: '{level} 及以上', rule: '规则', anyRule: '全部规则', region: '全部区域', thing: '设备', anyThing: '全部设备', unseen: '仅未确认', folds: '含折叠', sort: '排序', newest: '最新在前', worst: '最重在前', firing: '告警中在前' },
    col: { severity: '级别', what: '告警', thing: '设备与位置', value: '数值与阈值', time: '时间', seen: '确认', select: '选择' },
    op: { gt: '高于 {limit}', ge: '达到或高于 {limit}', lt: '低于 {limit}', le: '不高于 {limit}' },
    words: {
      value: '{property} {value}，{against}', switch: '{property}：{value}', silent: '超过 {span}没有上报', for: '，持续 {span}', raises: '{what}{lasting}，即告警；', raisesSwitch: '“{property}”为“{value}”{lasting}，即告警；',
      ends: '{against}{lasting}，即恢复。', endsSwitch: '回到“{value}”，即恢复。', silence: '“{property}”超过 {span}没有上报即告警，再次上报即恢复。', folds: '恢复后 {span}内再次触发，并入同一条告警。',
    },
    ack: {
      do: '确认', selected: '已选 {n} 条', preview: '将确认 {n} 条告警：{names}。确认表示有人已看到，不会结束告警，也不会结案；其他值班人员会看到是谁确认的。', andMore: '{names} 等', separator: '、', note: '说明（选填）', notePlace: '例如：已电话核实，现场正在处置',
      done: '已确认 {n} 条', failed: '{n} 条没有确认：{why}', by: '{who} 于 {at} 确认', seen: '已确认', unseen: '未确认', selectAll: '选中本页未确认的告警', forbidden: '您的职责不含确认告警', progress: '{done} / {n}',
    },
    keys: 'J/K 上下 · Enter 打开 · X 选择 · / 查找设备',
    page: {
      chart: '告警前后', steps: '变化过程', thing: '设备', trace: '来龙去脉', rule: '规则', noTrace: '没有形成线索和案件。', shownOnly: '这条规则只提示，不立案。', reading: '触发的读数', learned: '系统得知于 {at}', openThing: '查看设备', openCase: '查看案件', withheld: '另有一项不在您的职责范围内',
      source: '依据', value: '数值', place: '位置', foldedList: '并入本条的告警', lateBy: '晚 {span} 得知',
    },
    fact: { reading: '读数', alarm: '告警', signal: '线索', case: '案件', assignment: '任务', notice: '通知', value: '指标值' },
    relation: { raised: '触发', reported: '形成线索', opened: '立案', merged: '并入案件', left: '留下', dispatched: '派遣', folded: '并入', folded_into: '并入' },
    rule: {
      enabled: '启用', disabled: '停用', enable: '启用', disable: '停用', count: '{n} 条规则', model: '设备类型', anyModel: '全部类型', onlySome: '仅 {n} 台设备', becomes: '形成案件', only: '只告警，不立案', pack: '行业包', own: '自定义', alarms: '查看告警', search: '查找规则',
      askDisable: '停用“{title}”？正在发生的此类告警将恢复，此后不再产生。', askEnable: '启用“{title}”？从现在起按此规则判断新的读数。', note: '原因（写入审计）', doneOn: '已启用，一秒内生效', doneOff: '已停用，一秒内生效', forbidden: '启用和停用规则需要“定义”权限', forbiddenPack: '启用和停用行业包的规则，还需要“调整行业包”权限', empty: '没有符合条件的规则', firing: '告警中 {n}', changed: '更新于 {at}',
    },
  },
  en: {
    title: 'Alarms', one: 'Alarm', rules: 'Alarm rules', open: 'Open the alarm', about: 'about {n}', empty: 'No alarm matches', emptyFiring: 'Nothing fires right now', showAll: 'Show all alarms',
    fresh: 'There are new alarms; refresh', more: 'Load more', since: 'Since', lasted: 'lasted {span}', lasting: 'for {span}', at: 'at', folded: 'Folded', episodes: '{n} times', episodesLong: 'Fired {n} times within a short while, kept as one', foldedInto: 'Folded into an earlier alarm',
    tab: { firing: 'Firing', resolved: 'Resolved', all: 'All' },
    state: { pending: 'Pending', firing: 'Firing', resolved: 'Resolved', lapsed: 'Lapsed', withdrawn: 'Withdrawn' },
    stateHint: { pending: 'Over the limit, not for long enough yet', firing: 'Happening now', resolved: 'Back to normal', lapsed: 'Did not last long enough to be an alarm', withdrawn: 'No longer true after a reading was corrected' },
    filter: { severity: 'Severity', anySeverity: 'Any severity', orWorse: '{level} or worse', rule: 'Rule', anyRule: 'Any rule', region: 'Whole city', thing: 'Thing', anyThing: 'Any thing', unseen: 'Not acknowledged', folds: 'With folded ones', sort: 'Order', newest: 'Newest first', worst: 'Worst first', firing: 'Firing first' },
    col: { severity: 'Severity', what: 'Alarm', thing: 'Thing and place', value: 'Value and limit', time: 'Time', seen: 'Acknowledged', select: 'Select' },
    op: { gt: 'above {limit}', ge: 'at or above {limit}', lt: 'below {limit}', le: 'at or below {limit}' },
    words: {
      value: '{property} {value}, {against}', switch: '{property}: {value}', silent: 'No reading for more than {span}', for: ' for {span}', raises: '{what}{lasting} is an alarm;', raisesSwitch: '“{property}” is “{value}”{lasting}: an alarm;',
      ends: 'it ends {against}{lasting}.', endsSwitch: 'it ends when it is “{value}” again.', silence: 'No reading of “{property}” for {span} is an alarm; it ends with the next reading.', folds: 'What comes back within {span} is folded into the same alarm.',
    },
    ack: {
      do: 'Acknowledge', selected: '{n} selected', preview: '{n} alarms will be acknowledged: {names}. That says somebody has seen them; it ends neither alarm nor case, and others on duty see who it was.', andMore: '{names} and more', separator: ', ', note: 'Note (optional)', notePlace: 'For example: confirmed by phone, being handled on site',
      done: '{n} acknowledged', failed: '{n} not acknowledged: {why}', by: 'Acknowledged by {who} at {at}', seen: 'Acknowledged', unseen: 'Not yet', selectAll: 'Select what is not acknowledged on this page', forbidden: 'Your duties do not include acknowledging alarms', progress: '{done} / {n}',
    },
    keys: 'J/K move · Enter opens · X selects · / finds a thing',
    page: {
      chart: 'Around the alarm', steps: 'What happened', thing: 'Thing', trace: 'Causes and effects', rule: 'Rule', noTrace: 'It became no report and no case.', shownOnly: 'This rule only shows an alarm; it opens no case.', reading: 'The reading that raised it', learned: 'Known at {at}', openThing: 'Open the thing', openCase: 'Open the case', withheld: 'There is more outside your duties',
      source: 'Source', value: 'Value', place: 'Place', foldedList: 'Alarms folded into this one', lateBy: 'known {span} later',
    },
    fact: { reading: 'Reading', alarm: 'Alarm', signal: 'Report', case: 'Case', assignment: 'Task', notice: 'Notice', value: 'Value' },
    relation: { raised: 'raised', reported: 'became a report', opened: 'opened', merged: 'joined', left: 'left', dispatched: 'dispatched', folded: 'folded into', folded_into: 'folded into' },
    rule: {
      enabled: 'On', disabled: 'Off', enable: 'Switch on', disable: 'Switch off', count: '{n} rules', model: 'Kind of thing', anyModel: 'Any kind', onlySome: 'Only {n} things', becomes: 'Opens a case', only: 'Shown only, no case', pack: 'Pack', own: 'Own', alarms: 'Its alarms', search: 'Find a rule',
      askDisable: 'Switch off “{title}”? Its firing alarms resolve and no new ones are raised.', askEnable: 'Switch on “{title}”? New readings are judged by it from now on.', note: 'Reason (goes to the audit)', doneOn: 'On; in force within a second', doneOff: 'Off; in force within a second', forbidden: 'Switching rules needs the permission to define', forbiddenPack: 'Switching rules of a pack also needs the permission to adjust packs', empty: 'No rule matches', firing: '{n} firing', changed: 'Changed {at}',
    },
  },
} satisfies Messages

import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '设备', one: '设备', register: '登记设备', empty: '没有符合条件的设备', emptyAll: '还没有登记设备', list: '列表', map: '地图', mapAll: '地图与列表用同一组筛选；没有坐标的设备不画', export: '导出 CSV', exported: '已导出 {name}', keys: 'J/K 上下 · Enter 打开 · / 搜索', more: '加载更多',
    simulated: '本市设备与读数均为模拟', search: '编码、名称或地址',
    tab: { all: '全部', online: '在线', silent: '静默', never: '从未上报', firing: '告警中' },
    contact: { online: '在线', silent: '静默', never: '从未上报' },
    contactHint: { online: '三个上报周期内有读数', silent: '超过三个上报周期没有读数', never: '登记后还没有收到读数' },
    retired: '已停用', unlocated: '不在任何区域',
    filter: { model: '设备类型', anyModel: '全部类型', region: '全部区域', state: '状态', active: '在用', retired: '已停用', any: '全部状态', severity: '告警级别', anySeverity: '不限告警', orWorse: '{level} 及以上', unlocated: '不在任何区域' },
    col: { thing: '设备', model: '类型', region: '区域', contact: '在线情况', latest: '最近值', alarms: '告警', when: '上报' },
    alarms: '{n} 条告警中', noAlarm: '正常', silentSince: '静默自 {at}',
    page: {
      chart: '实时曲线', latest: '最近值', alarmsOf: '告警', casesOf: '案件', place: '位置', attributes: '属性', facts: '登记信息', noAlarms: '没有告警记录', noCases: '它的告警没有形成案件', allAlarms: '全部告警', noPlace: '没有坐标', organisation: '所属单位', address: '地址', code: '编码', model: '类型', registered: '登记时间', precision: '坐标精度约 {m} 米',
      noAttributes: '没有其他属性', edit: '修改', retire: '停用', since: '{age}上报', stale: '超过三个周期没有更新', never: '没有读数', watch: '{n} 条规则监测', refreshed: '每 {n} 秒刷新', loadedOld: '没有刷新成功，显示的是 {age}的数据', outside: '阈值不在图示范围内',
    },
    range: { label: '时间范围', '1h': '1 小时', '6h': '6 小时', '24h': '24 小时', '7d': '7 天', '14d': '14 天', custom: '{from} – {to}', back: '向前', forth: '向后', wider: '缩小', closer: '放大', follow: '回到现在', hint: '在图上拖动可放大' },
    edit: { title: '修改设备', name: '名称', address: '地址', organisation: '所属单位', region: '区域', regionHelp: '坐标能判定区域时可不填', lon: '经度', lat: '纬度', crs: '坐标系', attributes: '属性', attribute: '属性名', value: '值', add: '添加属性', saved: '已保存' },
    retire: { title: '停用设备', ask: '停用“{name}”？此后不再接收它的读数，历史保留；重新登记即可恢复。', reason: '停用原因', reasonPlace: '例如：设备拆除、更换', done: '已停用', need: '请写明原因' },
    reg: {
      one: '登记一台', many: '批量登记', code: '编码', codeHelp: '字母、数字与 . _ : - ，登记后不变', model: '设备类型', save: '登记', saved: '已登记 {code}', updated: '{code} 已更新', same: '{code} 已登记，内容相同',
      paste: '粘贴表格或 CSV', pasteHelp: '首行为列名：code、model 必填；name、lon、lat、crs、region、organisation、address 选填；其余列存为属性。可直接从电子表格复制。', file: '选择 CSV 文件', rows: '{n} 行可登记', wrongRows: '{n} 行有误', check: '预览', send: '登记 {n} 台',
      result: '新增 {accepted} 台，更新 {updated} 台，未变 {duplicates} 台，退回 {rejected} 行', row: '行', field: '字段', reason: '原因', noHeader: '首行没有 code 和 model 两列', noRows: '没有数据行', fixed: '改好退回的行后可再次提交，已登记的不受影响', example: '填入示例', number: '“{value}”不是数', progress: '{done} / {n}', forbidden: '登记设备需要“设备维护”权限', columns: '多出 {n} 列', unclosed: '引号没有闭合', column: { code: '编码', model: '类型', name: '名称', lon: '经度', lat: '纬度', crs: '坐标系', region: '区域', organisation: '单位', address: '地址' },
    },
  },
  en: {
    title: 'Things', one: 'Thing', register: 'Register things', empty: 'No thing matches', emptyAll: 'No thing is registered yet', list: 'List', map: 'Map', mapAll: 'The map follows the filters; things without a position are not drawn', export: 'Export CSV', exported: 'Exported {name}', keys: 'J/K move · Enter opens · / searches', more: 'Load more',
    simulated: 'Things and readings of this city are simulated', search: 'Code, name or address',
    tab: { all: 'All', online: 'Online', silent: 'Silent', never: 'Never heard', firing: 'With alarms' },
    contact: { online: 'Online', silent: 'Silent', never: 'Never heard' },
    contactHint: { online: 'A reading within three periods', silent: 'No reading for more than three periods', never: 'Nothing came since it was registered' },
    retired: 'Retired', unlocated: 'In no region',
    filter: { model: 'Kind', anyModel: 'Any kind', region: 'Whole city', state: 'State', active: 'In use', retired: 'Retired', any: 'Any state', severity: 'Alarm severity', anySeverity: 'With or without alarm', orWorse: '{level} or worse', unlocated: 'In no region' },
    col: { thing: 'Thing', model: 'Kind', region: 'Region', contact: 'Contact', latest: 'Newest value', alarms: 'Alarms', when: 'Heard' },
    alarms: '{n} firing', noAlarm: 'Normal', silentSince: 'silent since {at}',
    page: {
      chart: 'Live chart', latest: 'Newest values', alarmsOf: 'Alarms', casesOf: 'Cases', place: 'Place', attributes: 'Attributes', facts: 'Registration', noAlarms: 'No alarm so far', noCases: 'Its alarms became no case', allAlarms: 'All alarms', noPlace: 'No position', organisation: 'Owner', address: 'Address', code: 'Code', model: 'Kind', registered: 'Registered', precision: 'Position good to about {m} m',
      noAttributes: 'No further attributes', edit: 'Change', retire: 'Retire', since: 'heard {age}', stale: 'Not renewed for three periods', never: 'No reading', watch: 'Watched by {n} rules', refreshed: 'Refreshed every {n} s', loadedOld: 'Not refreshed; this is from {age}', outside: 'The limit lies outside the picture',
    },
    range: { label: 'Time range', '1h': '1 h', '6h': '6 h', '24h': '24 h', '7d': '7 days', '14d': '14 days', custom: '{from} – {to}', back: 'Earlier', forth: 'Later', wider: 'Wider', closer: 'Closer', follow: 'Back to now', hint: 'Drag over the chart to zoom in' },
    edit: { title: 'Change the thing', name: 'Name', address: 'Address', organisation: 'Owner', region: 'Region', regionHelp: 'Not needed where the position says it', lon: 'Longitude', lat: 'Latitude', crs: 'Coordinate system', attributes: 'Attributes', attribute: 'Attribute', value: 'Value', add: 'Add an attribute', saved: 'Saved' },
    retire: { title: 'Retire the thing', ask: 'Retire “{name}”? Its readings are refused from now on, its history stays; registering it again brings it back.', reason: 'Reason', reasonPlace: 'For example: removed, replaced', done: 'Retired', need: 'Say why' },
    reg: {
      one: 'One thing', many: 'Many at once', code: 'Code', codeHelp: 'Letters, digits and . _ : - ; it stays for life', model: 'Kind', save: 'Register', saved: '{code} is registered', updated: '{code} is brought up to date', same: '{code} is registered just so already',
      paste: 'Paste a table or CSV', pasteHelp: 'The first line names the columns: code and model are required; name, lon, lat, crs, region, organisation, address are optional; other columns become attributes. Copy straight from a spreadsheet.', file: 'Choose a CSV file', rows: '{n} row to register | {n} rows to register', wrongRows: '{n} row is wrong | {n} rows are wrong', check: 'Preview', send: 'Register {n}',
      result: '{accepted} new, {updated} changed, {duplicates} as they were, {rejected} rejected', row: 'Row', field: 'Field', reason: 'Reason', noHeader: 'The first line has no columns code and model', noRows: 'There are no rows', fixed: 'Mend the rejected rows and send again; what is registered stays', example: 'Fill in an example', number: '“{value}” is not a number', progress: '{done} / {n}', forbidden: 'Registering needs the permission to maintain things', columns: '{n} columns too many', unclosed: 'A quote is not closed', column: { code: 'Code', model: 'Kind', name: 'Name', lon: 'Longitude', lat: 'Latitude', crs: 'Coordinate system', region: 'Region', organisation: 'Owner', address: 'Address' },
    },
  },
} satisfies Messages

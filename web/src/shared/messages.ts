import type { Messages } from './i18n'

/** Words that more than one feature needs. */
export const shared: Messages = {
  zh: {
    app: { name: '城市大脑', simulated: '模拟数据', simulatedLong: '本城市为虚构，全部数据均为模拟生成' },
    demo: { title: '演示身份', hint: '这是演示城市，点一下即以该身份进入' },
    common: {
      save: '保存', cancel: '取消', confirm: '确定', close: '关闭', back: '返回', retry: '重试', refresh: '刷新', search: '搜索', more: '加载更多',
      all: '全部', yes: '是', no: '否', none: '无', unknown: '未知', loading: '正在加载', between: '；', edit: '修改', add: '新增', remove: '移除', details: '详情',
      copy: '复制', copied: '已复制', export: '导出', print: '打印', filter: '筛选', clear: '清除', next: '下一步', previous: '上一步', required: '必填',
      about: '约 {n}', aboutMore: '{n}+', optional: '选填', language: 'English',
    },
    state: {
      empty: '这里还没有内容', error: '没有加载出来', offline: '网络已断开，正在重试', stale: '数据更新于 {age}', reference: '报障编号 {id}',
      polling: '实时连接不可用，每 {n} 秒刷新', live: '实时', notLive: '非实时', forbidden: '不在您的职责范围内', notFound: '不存在，或您无权查看', leave: '有未保存的内容，确定离开？',
      signedOut: '登录已结束', signedOutLong: '登录已失效或职责已变更。重新登录后，您填写的内容仍在。', dutyChanged: '您的职责已变更，页面已按新职责刷新',
      missing: { reopening: '平台已更新，正在重新打开此页', renewed: '平台已更新，但此页有一部分没有取到。请刷新；若仍如此，请联系管理员。', unreached: '此页有一部分没有取到，请检查网络后重试。' }, reload: '刷新本页',
    },
    severity: { 1: 'Ⅰ级 特别重大', 2: 'Ⅱ级 重大', 3: 'Ⅲ级 较大', 4: 'Ⅳ级 一般', short1: 'Ⅰ', short2: 'Ⅱ', short3: 'Ⅲ', short4: 'Ⅳ', 0: '未定级' },
    time: {
      now: '刚刚', seconds: '{n} 秒', minutes: '{n} 分钟', hours: '{n} 小时', days: '{n} 天', hoursMinutes: '{h} 小时 {m} 分', daysHours: '{d} 天 {h} 小时',
      ago: '{span}前', in: '{span}后', left: '剩 {span}', over: '超 {span}', none: '不限时', kept: '按期', notKept: '逾期',
    },
  },
  en: {
    app: { name: 'CityBrain', simulated: 'Simulated', simulatedLong: 'This city is fictional; all of its data is simulated' },
    demo: { title: 'Demo roles', hint: 'A demo city: one click takes you in as that role' },
    common: {
      save: 'Save', cancel: 'Cancel', confirm: 'OK', close: 'Close', back: 'Back', retry: 'Try again', refresh: 'Refresh', search: 'Search', more: 'Load more',
      all: 'All', yes: 'Yes', no: 'No', none: 'None', unknown: 'Unknown', loading: 'Loading', between: '; ', edit: 'Edit', add: 'Add', remove: 'Remove', details: 'Details',
      copy: 'Copy', copied: 'Copied', export: 'Export', print: 'Print', filter: 'Filter', clear: 'Clear', next: 'Next', previous: 'Previous', required: 'Required',
      about: 'about {n}', aboutMore: '{n}+', optional: 'optional', language: '中文',
    },
    state: {
      empty: 'Nothing here yet', error: 'This did not load', offline: 'No connection; trying again', stale: 'Data of {age}', reference: 'Reference {id}',
      polling: 'No live connection; refreshed every {n} s', live: 'Live', notLive: 'Not live', forbidden: 'Not within your duties', notFound: 'Does not exist, or is not yours to see',
      leave: 'What you entered is not saved. Leave anyway?', signedOut: 'Your session has ended',
      signedOutLong: 'It expired or your duties changed. Sign in again; what you entered is still here.', dutyChanged: 'Your duties have changed; the page now shows the new ones',
      missing: { reopening: 'The platform was renewed; the page is opened again', renewed: 'The platform was renewed, but a part of this page did not come. Reload it; if that does not help, tell an administrator.', unreached: 'A part of this page did not come: check the network and try again.' }, reload: 'Reload the page',
    },
    severity: { 1: 'I Extreme', 2: 'II Severe', 3: 'III Moderate', 4: 'IV Minor', short1: 'I', short2: 'II', short3: 'III', short4: 'IV', 0: 'Not graded' },
    time: {
      now: 'just now', seconds: '{n} s', minutes: '{n} min', hours: '{n} h', days: '{n} d', hoursMinutes: '{h} h {m} min', daysHours: '{d} d {h} h',
      ago: '{span} ago', in: 'in {span}', left: '{span} left', over: '{span} over', none: 'No limit', kept: 'In time', notKept: 'Late',
    },
  },
}

import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '行业包', lead: '一个行业包声明一类业务：设备、告警规则、案件类型、时限、责任清单。城市的调整叠加在包之上，有版本，可还原。', version: '版本 {v}', owner: '维护方', loadedAt: '加载于',
    state: { loaded: '已加载', faulty: '有错误', not_loaded: '未加载', gone: '已移除' }, source: { builtin: '内置', data: '数据目录', package: '安装包' }, problems: '{n} 处错误', warnings: '{n} 条提示', warning: '本城市缺少', problem: '错误',
    declares: '声明内容', entries: '{n} 项', adjustments: '本城市的调整', noAdjustments: '没有调整，按包的声明运行', adjust: '新增调整', section: '文件', path: '位置', value: '新的值（JSON 或文字）', note: '说明', save: '校验并生效',
    saved: '已生效', restore: '还原', restoreAsk: '“{path}”将还原为行业包的声明，立即生效。', restored: '已还原', by: '操作人', inForce: '生效中', over: '已被取代', removed: '已还原', adjustHelp: '填写声明内容里的位置，例如 rules/environment.pm25_high/raise_at。不合规的值会被拒绝并说明原因。',
    pick: '点“调整”会填入该位置', change: '调整', none: '未声明', schema: '各文件的 JSON Schema 见 /api/v1/packs/schemas', things: '物模型', show: '展开',
  },
  en: {
    title: 'Sector packs', lead: 'A pack declares one line of business: things, alarm rules, kinds of case, clocks, responsibilities. What the city adjusts lies over it, has versions, and can be given back.', version: 'version {v}', owner: 'kept by', loadedAt: 'loaded at',
    state: { loaded: 'loaded', faulty: 'faulty', not_loaded: 'not loaded', gone: 'gone' }, source: { builtin: 'built in', data: 'data folder', package: 'installed' }, problems: '{n} errors', warnings: '{n} hints', warning: 'This city lacks', problem: 'Error',
    declares: 'What it declares', entries: '{n} entries', adjustments: 'Adjustments of this city', noAdjustments: 'No adjustments: it works as declared', adjust: 'Add an adjustment', section: 'File', path: 'Place', value: 'New value (JSON or text)', note: 'Note', save: 'Check and put in force',
    saved: 'In force', restore: 'Give back', restoreAsk: '“{path}” goes back to what the pack declares, at once.', restored: 'Given back', by: 'By', inForce: 'in force', over: 'replaced', removed: 'given back', adjustHelp: 'Name a place in what is declared, such as rules/environment.pm25_high/raise_at. A value that is not right is refused with the reason.',
    pick: '“Adjust” fills in the place', change: 'Adjust', none: 'not declared', schema: 'The JSON Schema of each file is at /api/v1/packs/schemas', things: 'Thing models', show: 'Show',
  },
} satisfies Messages

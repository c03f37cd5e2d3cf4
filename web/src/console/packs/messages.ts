import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '行业包', lead: '一个行业包声明一类业务：设备、告警规则、案件类型、时限、责任清单。城市的调整叠加在包之上，有版本，可还原。', version: '版本 {v}', owner: '维护方', loadedAt: '加载于',
    state: { loaded: '已加载', faulty: '有错误', not_loaded: '未加载', gone: '已移除' }, source: { builtin: '内置', data: '数据目录', package: '安装包' }, problems: '{n} 处错误', warnings: '{n} 条提示', warning: '本城市缺少', problem: '错误',
    declares: '声明内容', entries: '{n} 项', adjustments: '本城市的调整', noAdjustments: '没有调整，按包的声明运行', adjust: '新增调整', section: '文件', path: '位置', value: '新的值（JSON 或文字）', note: '说明', save: '校验并生效',
    saved: '已生效', restore: '还原', restoreAsk: '“{path}”将还原为行业包的声明，立即生效。', restored: '已还原', by: '操作人', inForce: '生效中', over: '已被取代', removed: '已还原', adjustHelp: '填写声明内容里的位置，例如 rules/environment.pm25_high/raise_at。不合规的值会被拒绝并说明原因。',
    pick: '点“调整”会填入该位置', change: '调整', none: '未声明', schema: '各文件的 JSON Schema 见 /api/v1/packs/schemas', things: '物模型', show: '展开',
    loop: {
      title: '办理闭环', own: '本包声明', byPlatform: '平台默认，本包的案件类型采用', byPack: '由“{pack}”声明，本包的案件类型采用', scroll: '{name}的流程图，可左右滚动', alt: '{name}的流程图：{states} 个状态，{steps} 个动作；图下有文字说明。', anyOpen: '任一未结状态', first: '起始状态',
      legend: '圆点为起始状态；虚线箭头由系统自动完成；“↻”回到同一状态重新计时；不改变状态的动作见文字说明。', words: '文字说明：每个状态能做什么', state: '状态', step: '动作', to: '到', who: '谁', needs: '须填', stays: '状态不变', again: '同一状态，重新开始', automatic: '系统自动', noSteps: '没有可做的动作', comma: '、',
      kind: { waiting: '等待', working: '办理', checking: '核查', ended: '结束' }, by: { dispatcher: '派遣员', holder: '承办单位', helper: '协办单位', verifier: '核查员', supervisor: '督办人', source: '来源系统', reporter: '上报人', system: '系统' }, need: { reason: '原因', note: '说明', evidence: '照片', summary: '总结', organisation: '单位', duration: '时长' },
    },
    trial: {
      look: '试算', title: '这样调整会怎样', declared: '包的声明', now: '现在', then: '调整后', absent: '（没有）', same: '与现在相同，无需调整', fine: '校验通过，尚未生效。', wrong: '不能这样调整：', apply: '确认生效', stale: '内容改动后请重新试算',
    },
  },
  en: {
    title: 'Sector packs', lead: 'A pack declares one line of business: things, alarm rules, kinds of case, clocks, responsibilities. What the city adjusts lies over it, has versions, and can be given back.', version: 'version {v}', owner: 'kept by', loadedAt: 'loaded at',
    state: { loaded: 'loaded', faulty: 'faulty', not_loaded: 'not loaded', gone: 'gone' }, source: { builtin: 'built in', data: 'data folder', package: 'installed' }, problems: '{n} errors', warnings: '{n} hints', warning: 'This city lacks', problem: 'Error',
    declares: 'What it declares', entries: '{n} entries', adjustments: 'Adjustments of this city', noAdjustments: 'No adjustments: it works as declared', adjust: 'Add an adjustment', section: 'File', path: 'Place', value: 'New value (JSON or text)', note: 'Note', save: 'Check and put in force',
    saved: 'In force', restore: 'Give back', restoreAsk: '“{path}” goes back to what the pack declares, at once.', restored: 'Given back', by: 'By', inForce: 'in force', over: 'replaced', removed: 'given back', adjustHelp: 'Name a place in what is declared, such as rules/environment.pm25_high/raise_at. A value that is not right is refused with the reason.',
    pick: '“Adjust” fills in the place', change: 'Adjust', none: 'not declared', schema: 'The JSON Schema of each file is at /api/v1/packs/schemas', things: 'Models', show: 'Show',
    loop: {
      title: 'Loops', own: 'declared here', byPlatform: 'the platform’s own, used by kinds of case of this pack', byPack: 'declared by “{pack}”, used by kinds of case of this pack', scroll: 'Picture of {name}, scrolls sideways', alt: 'Picture of {name}: {states} states, {steps} steps; the same in words below.', anyOpen: 'any open state', first: 'where it begins',
      legend: 'A dot marks where it begins; dashed arrows are taken by the system; “↻” begins the same state anew; steps that change no state are in the words below.', words: 'In words: what can be done in each state', state: 'State', step: 'Step', to: 'Leads to', who: 'By', needs: 'Asks for', stays: 'stays', again: 'the same state, anew', automatic: 'the system', noSteps: 'nothing can be done', comma: ', ',
      kind: { waiting: 'waiting', working: 'worked on', checking: 'checked', ended: 'ended' }, by: { dispatcher: 'dispatcher', holder: 'whoever has it', helper: 'helper', verifier: 'verifier', supervisor: 'supervisor', source: 'source system', reporter: 'reporter', system: 'system' }, need: { reason: 'reason', note: 'note', evidence: 'photo', summary: 'summary', organisation: 'organisation', duration: 'time' },
    },
    trial: {
      look: 'Try it', title: 'What it would be', declared: 'The pack says', now: 'Now', then: 'Then', absent: '(nothing)', same: 'The same as now: nothing to adjust', fine: 'It is right; not in force yet.', wrong: 'It cannot be adjusted so:', apply: 'Put in force', stale: 'It was changed: try it again',
    },
  },
} satisfies Messages

import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '线索研判', about: '约 {n} 条', why: { no_type: '没有类型', unsure: '类型把握不大', unknown_label: '来源分类无对应', no_classifier: '未能自动识别' },
    search: '内容或来源编号', states: { waiting_for_person: '待研判', received: '识别中', merged: '已并案', opened: '已立案', ended: '已终结', all: '全部' }, kinds: { alarm: '告警', hotline: '热线', app: '随手拍', grid: '网格', source: '外部系统' },
    none: '没有待研判的线索', noneLong: '新的线索会自动出现在这里。', said: '原话', from: '来源', at: '发生', received: '收到', where: '地点', unlocated: '未定位', outside: '坐标不在本市区域内', reporter: '反映人', anonymous: '未留姓名电话',
    guess: '系统猜测', guessNone: '系统没有把握', decide: '确定类型', decideHint: '确定后自动并入同一事件的案件，没有则立案。', decided: '已确定类型', choose: '选择类型', other: '其他类型',
    candidates: '可能是同一件事', candidatesNone: '附近没有相近的未结案件', mergeInto: '并入', mergeOther: '并入其他案件', caseNumber: '案件编号', merged: '已并入 {number}', reason: '理由', same: '同一件事',
    end: '终结线索', endHint: '没有需要处置的事情时使用，理由会留存。', ended: '已终结', endReasons: { nothing: '无实际诉求', repeated: '重复来电', outside: '不属本市', withdrawn: '反映人撤回' },
    reveal: '查看联系方式', purpose: '查看目的', purposeHint: '目的与查看人会记入审计。', purposes: { callback: '回访反映人', verify: '核实情况' }, revealed: '已记入审计',
    undo: '撤销并案', undoHint: '撤销后该线索单独立案。', undone: '已撤销并案', inCase: '所在案件', mergedWhy: '并案依据', toQueue: '回到列表', next: '下一条', keys: 'j / k 上下,Enter 打开，/ 搜索',
    rule: { same_thing: '同一设备', same_address: '同一地址', near_point: '位置相近', same_words: '说法相近', same_outage: '成片静默', hand: '人工并案', none: '规则不足以自动并案' },
    whyNot: { too_far: '距离较远', too_long_ago: '时间相隔较久', other_words: '说法不同', another_address: '地址不同', another_thing: '不同设备', says_too_little: '内容太少', no_common_place: '没有共同地点' },
    metres: '相距 {n} 米', hours: '相隔 {n} 小时', alike: '文字相似 {n}%', probability: '{n}%', prefer: '系统认为是',
  },
  en: {
    title: 'Reports to judge', about: 'about {n}', why: { no_type: 'no kind', unsure: 'not sure of the kind', unknown_label: 'the source’s word is unknown', no_classifier: 'not recognised' },
    search: 'Words, or the source’s number', states: { waiting_for_person: 'Waiting', received: 'Being read', merged: 'Merged', opened: 'Opened a case', ended: 'Ended', all: 'All' }, kinds: { alarm: 'Alarm', hotline: 'Hotline', app: 'App', grid: 'Grid', source: 'Other system' },
    none: 'No report waits', noneLong: 'New ones appear here by themselves.', said: 'What was said', from: 'From', at: 'Happened', received: 'Received', where: 'Where', unlocated: 'Not located', outside: 'The point lies outside the city', reporter: 'Who reported', anonymous: 'No name or telephone given',
    guess: 'The platform’s guess', guessNone: 'The platform has no guess', decide: 'Decide the kind', decideHint: 'It then joins the open case of the same matter, or opens one.', decided: 'The kind is decided', choose: 'Choose a kind', other: 'Another kind',
    candidates: 'Perhaps the same matter', candidatesNone: 'No open case near it is alike', mergeInto: 'Merge into', mergeOther: 'Merge into another case', caseNumber: 'Number of the case', merged: 'Merged into {number}', reason: 'Reason', same: 'The same matter',
    end: 'End the report', endHint: 'Where there is nothing to handle; the reason stays on record.', ended: 'Ended', endReasons: { nothing: 'Asks for nothing', repeated: 'Called again', outside: 'Not of this city', withdrawn: 'Withdrawn by who reported' },
    reveal: 'Show how to reach', purpose: 'What for', purposeHint: 'Who looks and what for go into the audit.', purposes: { callback: 'To call back', verify: 'To make sure' }, revealed: 'Noted in the audit',
    undo: 'Undo the merge', undoHint: 'The report then gets a case of its own.', undone: 'The merge is undone', inCase: 'In the case', mergedWhy: 'Why merged', toQueue: 'To the list', next: 'Next', keys: 'j / k move, Enter opens, / searches',
    rule: { same_thing: 'The same thing', same_address: 'The same address', near_point: 'Near', same_words: 'Nearly the same words', same_outage: 'Silent together', hand: 'By hand', none: 'Not enough to merge by itself' },
    whyNot: { too_far: 'too far', too_long_ago: 'too long ago', other_words: 'other words', another_address: 'another address', another_thing: 'another thing', says_too_little: 'says too little', no_common_place: 'no common place' },
    metres: '{n} m apart', hours: '{n} h apart', alike: 'words {n}% alike', probability: '{n}%', prefer: 'The platform thinks it is',
  },
} satisfies Messages

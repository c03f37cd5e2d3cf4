import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '预演', lead: '用本市自己的办理记录，试一试改了责任清单、时限或并案规则会怎样：逐案对比，只读不改。',
    start: '新建预演', name: '名称', namePlaceholder: '如：路灯改由路灯管理处负责', from: '开始', to: '结束', period: '时段', days: '最近 {n} 天', changes: '要预演的改动（{n}）', noChanges: '还没有改动。在“责任清单”里新增、换单位或移除时点“加入预演”，或在下面写行业包的调整。',
    toList: '去责任清单', add: '加入', remove: '去掉', clear: '全部去掉', go: '开始预演', started: '预演已开始', needs: '请先加入改动', backwards: '结束要晚于开始',
    action: { add: '新增', end: '移除', change: '改优先级' }, line: '#{n}', priority: '优先级 {n}', everywhere: '全市',
    layer: '行业包调整', pack: '行业包', path: '位置', value: '值', layerHint: '时限如 clocks/urban.one-day/duration/amount；并案半径如 case_types/urban.facilities.street_light/merge/radius_m',
    past: '已做的预演', none: '还没有做过预演', state: { queued: '等待中', running: '进行中', done: '已完成', failed: '未完成' }, by: '{name} · {at}', differ: '{n} 案不同', running: '正在预演：{note}', about: '约 {n}%', queued: '排队中，很快开始', changed: '预演的改动',
    summary: '结果', cases: '案件', casesLong: '现行规则 {before} 案，改动后 {after} 案；其中 {differ} 案会不同', late: '超期', lateLong: '超期 {before} → {after}', byKind: '不同在哪里', byOrganisation: '各单位案件数（现在 → 改动后）', organisation: '单位', nobody: '无人负责', more: '更多',
    kind: { merged: '并案', organisation: '责任单位', due: '截止时间', warnings: '预警与升级', late: '是否超期', ended: '办结情况', severity: '等级' }, anyKind: '全部不同',
    trust: '可信程度', exact: '现行规则重演与实际记录完全一致：{exact} / {cases} 案（{share}%）', why: { list_changed_since: '责任清单后来改过', time_limit_changed_since: '时限后来改过', rang_otherwise: '当时的预警晚于应有时刻', merged_otherwise: '并案不同', unexplained: '原因不明', other_holder: '由另一单位办理', return_not_taken: '退单未重演', not_possible: '步骤不适用' },
    assumed: '所作的假定', assumedLong: '记录只说发生过什么。案件走向不同时，按以下规则假定，并逐条计数。', nothingAssumed: '没有需要假定的地方',
    rule: { other_holder: '改由另一单位承办：假定各步用时与原承办单位相同', return_not_taken: '未承办的单位不能退单或转办：略去', nobody_responsible: '无人负责：假定一直等待派遣', no_handling_known: '从未有人承办：派出后假定无人办理', case_merged_away: '并入他案：原有办理略去', handled_like: '另立新案：按原案的用时办理', not_possible: '步骤与案件状态不符：略去', type_known: '类型已自动判明', help_not_played: '协办不影响时限：略去', move_not_played: '线索无法移动：略去' },
    table: '会不同的案件', number: '案件', type: '类型', opened: '立案', now: '现在', then: '改动后', changedIn: '不同', filterOrganisation: '任一方的单位', noneFound: '没有符合条件的案件', newCase: '（新案）', partOf: '并入 {number}', due: '截止 {at}', warned: '预警升级 {n} 次', isLate: '超期', inTime: '按时', open: '未办结', ended: '已办结', signals: '{n} 条线索', digest: '结果摘要 {digest}', speed: '{cases} 案各重演两遍，用时 {seconds} 秒',
  },
  en: {
    title: 'Rehearsals', lead: 'Try a change of the responsibility list, a time limit or a merge rule on the city’s own record: case by case, and nothing is changed.',
    start: 'New rehearsal', name: 'Name', namePlaceholder: 'Such as: street lights to the lighting office', from: 'From', to: 'Until', period: 'Period', days: 'The last {n} days', changes: 'Changes to rehearse ({n})', noChanges: 'No changes yet. Choose “Add to rehearsal” when you add, replace or remove a line of the responsibility list, or lay a value over a pack below.',
    toList: 'To the responsibility list', add: 'Add', remove: 'Take out', clear: 'Take all out', go: 'Rehearse', started: 'The rehearsal has begun', needs: 'Add a change first', backwards: 'It must end after it begins',
    action: { add: 'Add', end: 'Remove', change: 'Priority' }, line: '#{n}', priority: 'priority {n}', everywhere: 'the whole city',
    layer: 'A value over a pack', pack: 'Pack', path: 'Place', value: 'Value', layerHint: 'A time limit: clocks/urban.one-day/duration/amount; a merge radius: case_types/urban.facilities.street_light/merge/radius_m',
    past: 'Rehearsals so far', none: 'Nothing was rehearsed yet', state: { queued: 'waiting', running: 'running', done: 'done', failed: 'not finished' }, by: '{name} · {at}', differ: '{n} cases differ', running: 'Rehearsing: {note}', about: 'about {n} %', queued: 'In the queue, it begins soon', changed: 'What was changed',
    summary: 'Result', cases: 'Cases', casesLong: '{before} cases as the rules are, {after} with the change; {differ} would be different', late: 'Late', lateLong: 'late {before} → {after}', byKind: 'What differs', byOrganisation: 'Cases by organisation (now → then)', organisation: 'Organisation', nobody: 'nobody', more: 'More',
    kind: { merged: 'Merging', organisation: 'Organisation', due: 'Due', warnings: 'Warnings and escalations', late: 'Late or not', ended: 'How it ended', severity: 'Severity' }, anyKind: 'Any difference',
    trust: 'How far to trust it', exact: 'Run again with the rules as they are, {exact} of {cases} cases equal the record exactly ({share} %)', why: { list_changed_since: 'the list has been changed since', time_limit_changed_since: 'a time limit has been changed since', rang_otherwise: 'the city rang later than it should', merged_otherwise: 'merged otherwise', unexplained: 'not explained', other_holder: 'handled by another', return_not_taken: 'a return was left out', not_possible: 'a step did not fit' },
    assumed: 'What was assumed', assumedLong: 'The record says only what happened. Where a case goes another way, these rules were applied, each use counted.', nothingAssumed: 'Nothing had to be assumed',
    rule: { other_holder: 'Another organisation has it: assumed to take as long, step by step', return_not_taken: 'Handing back by who does not hold it: left out', nobody_responsible: 'Nobody answers for it: assumed to wait', no_handling_known: 'Nobody ever held it: assumed that nobody acts', case_merged_away: 'Part of another case: its own handling is left out', handled_like: 'A case of its own: handled as long as the one it was part of', not_possible: 'A step does not fit: left out', type_known: 'Its kind is known by itself', help_not_played: 'Help changes no time limit: left out', move_not_played: 'A report cannot be moved: left out' },
    table: 'Cases that would differ', number: 'Case', type: 'Kind', opened: 'Opened', now: 'Now', then: 'Then', changedIn: 'Differs in', filterOrganisation: 'Organisation on either side', noneFound: 'No case is like that', newCase: '(new case)', partOf: 'part of {number}', due: 'due {at}', warned: '{n} warnings or escalations', isLate: 'late', inTime: 'in time', open: 'open', ended: 'ended', signals: '{n} reports', digest: 'Digest {digest}', speed: '{cases} cases, each run twice, in {seconds} s',
  },
} satisfies Messages

import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '机构', tree: '机构树', search: '名称或代码，如 城管', keys: '↑↓ 选择，← → 收起/展开，回车查看，/ 搜索', choose: '在左侧选择一个机构', back: '返回机构树', closed: '已停用', closedOnly: '只看已停用', noClosed: '没有已停用的机构',
    code: '代码', nameZh: '中文名称', nameEn: '英文名称', kind: '类型', region: '所辖区域', parent: '上级机构', noRegion: '未指定', root: '无（最上级）', noEnglish: '未填写',
    kinds: { government: '政府', department: '部门', office: '街道办事处', centre: '中心', station: '站所', company: '企业', community: '社区', team: '队伍' },
    posts: '岗位', noPosts: '没有设岗位', addPost: '添加岗位', postCode: '岗位代码', postAdded: '岗位已添加', responsible: '负责的事项', noLines: '责任清单中没有以此机构为责任单位的条目', everywhere: '全市', openCases: '未结案件', openCasesLong: '含其下级机构', toCases: '查看案件', priority: '优先级 {n}',
    add: '新增下级', change: '修改', move: '调整上级', close: '停用', required: '请填写代码和中文名称', codeHint: '字母、数字、点、横线，创建后不可更改',
    addTitle: '在“{name}”下新增机构', addWhat: '新机构建立后即可接收派遣、写入责任清单、授予职责。上级机构的人员同样能看到其事项。', added: '机构已新增',
    changeTitle: '修改“{name}”', changeWhat: '代码与上下级不变。新名称立即出现在所有案件、清单和账号中；过去的留痕保留当时的记录。', changeRegion: '更换所辖区域会改变按区域授权的管理员能否看到该机构的账号。', changed: '已保存', nothingChanged: '没有改动',
    moveTitle: '调整“{name}”的上级', moveTo: '新的上级机构', moveWhat: '“{name}”{with}将移到“{to}”之下。', withParts: '连同下级 {n} 个机构',
    moveDuties: '授予这些机构的职责与令牌随之移动；在办的 {cases} 件未结案件仍由原机构办理，不换人。', moveSight: '对“{from}”有职责的人员此后看不到它的事项，对“{to}”有职责的人员开始看到。', moveBelow: '不能移到自己的下级之下', moveSame: '已在该机构之下', movePick: '请选择新的上级机构', moved: '已调整',
    closeTitle: '停用机构', closeAsk: '停用“{name}”？', closeParts: '其下还有 {n} 个在用机构，须先移走或停用。', closeCases: '名下 {n} 件未结案件不会自动转走，须由派遣员另行派遣。', closeNoCases: '名下没有未结案件。', closeLines: '责任清单中 {n} 条以它为责任单位的条目不再生效，此类案件将落到下一责任单位，没有则进入“无责任单位”。', closeNoLines: '责任清单中没有以它为责任单位的条目。',
    closeRest: '此后不能再向其派遣、授权。人员账号与历史不变；如需停用账号请在“账号与职责”中办理。停用后无法在此页恢复。', closed2: '机构已停用', unknownCount: '？',
    holders: {
      title: '谁在这里有职责', people: '{n} 名启用人员', none: '没有专门为此机构及其下级授予的职责', who: '人员', role: '角色', for: '范围', until: '截止', here: '本机构及下级', forGood: '长期', hint: '上级机构和全市的职责同样管到这里，不在此列出。',
    },
    roster: {
      open: '导入名册', title: '导入机构名册', lead: '先逐行试算并显示结果，确认之前不写入任何内容。名册里没有的机构保持不变，导入不会删除或停用任何机构。', choose: '选择或拖入文件', chooseHint: 'CSV、JSON 或 YAML，UTF-8 或 GB18030 编码；Excel 请另存为 CSV', paste: '或粘贴内容（可直接从表格软件复制，含标题行）', example: 'lamps,路灯管理处,urban,office,,',
      look: '试算', columns: '列：code 代码、name 名称（必填），parent 上级机构代码、kind 类型、region 所辖区域代码、name_en 英文名称。上级留空：新机构为最上级，已有机构保持原上级。JSON、YAML 另可用 children 写下级、posts 写岗位。',
      wrongKind: '“{name}”不是名册文件：请用 .csv、.json、.yaml 文件；Excel 请另存为 CSV。', tooLong: '内容超过 200 万字，请分几次导入。', emptyFile: '文件里没有内容。',
      sum: '{file}：将写入 {n} 项，{refused} 行不能导入。尚未写入。', nothingToDo: '{file}：没有需要写入的内容，{refused} 行不能导入。', doneSum: '已写入 {n} 项，{refused} 行未导入。', posts: '其中岗位 {n} 个。', refusedStay: '不能导入的行会跳过，其余照常导入；改好文件后可再次导入，已一致的行不会重复写入。',
      rows: '逐行结果', only: '只看', line: '行', outcome: '结果', one: '机构', what: '内容', nothing: '（空）', will: { created: '新增', changed: '修改', moved: '移动', same: '无变化', refused: '不能导入' }, did: { created: '已新增', changed: '已修改', moved: '已移动', same: '无变化', refused: '未导入' },
      column: { name: '名称', name_en: '英文名称', kind: '类型', region: '所辖区域', parent: '上级' }, copyRefused: '复制不能导入的行', again: '换一份', go: '导入 {n} 项', goPlain: '导入', nothingGood: '没有可写入的行', first: '请先选择文件或粘贴内容',
    },
  },
  en: {
    title: 'Organisations', tree: 'Tree of organisations', search: 'Name or code', keys: '↑↓ move, ← → close/open, Enter shows, / searches', choose: 'Choose an organisation on the left', back: 'Back to the tree', closed: 'closed', closedOnly: 'Closed ones only', noClosed: 'No organisation is closed',
    code: 'Code', nameZh: 'Chinese name', nameEn: 'English name', kind: 'Kind', region: 'Looks after', parent: 'Below', noRegion: 'not given', root: 'nothing (top)', noEnglish: 'not given',
    kinds: { government: 'government', department: 'department', office: 'street office', centre: 'centre', station: 'station', company: 'company', community: 'community', team: 'team' },
    posts: 'Posts', noPosts: 'No posts', addPost: 'Add a post', postCode: 'Code of the post', postAdded: 'The post was added', responsible: 'Responsible for', noLines: 'No line of the responsibility list names this organisation', everywhere: 'the whole city', openCases: 'Open cases', openCasesLong: 'with organisations below', toCases: 'Show the cases', priority: 'priority {n}',
    add: 'Add below', change: 'Change', move: 'Move', close: 'Close', required: 'Give a code and a Chinese name', codeHint: 'Letters, digits, dots, hyphens; it never changes',
    addTitle: 'Add an organisation below “{name}”', addWhat: 'Once it is there it can be given cases, responsibilities and duties. Those with duties above it see what is its own.', added: 'The organisation was added',
    changeTitle: 'Change “{name}”', changeWhat: 'Code and place in the tree stay. The new name shows at once in all cases, lists and accounts; past records keep what they said.', changeRegion: 'Another region changes which administrators of a region see the accounts of this organisation.', changed: 'Saved', nothingChanged: 'Nothing was changed',
    moveTitle: 'Move “{name}”', moveTo: 'Put it below', moveWhat: '“{name}”{with} will stand below “{to}”.', withParts: ' with {n} organisations below it',
    moveDuties: 'Duties and tokens for these organisations go with them; {cases} open cases stay with whoever handles them.', moveSight: 'Those with duties for “{from}” will no longer see what is its own; those with duties for “{to}” will.', moveBelow: 'It cannot stand below itself', moveSame: 'It stands there already', movePick: 'Choose what it shall stand below', moved: 'Moved',
    closeTitle: 'Close an organisation', closeAsk: 'Close “{name}”?', closeParts: '{n} active organisations are below it: move or close those first.', closeCases: '{n} open cases stay with it until a dispatcher gives them to another.', closeNoCases: 'It has no open cases.', closeLines: '{n} lines of the responsibility list that name it no longer work: such cases go to the next one responsible, or to “nobody responsible”.', closeNoLines: 'No line of the responsibility list names it.',
    closeRest: 'Nothing new can be given to it. Accounts and history stay; lock accounts under “Accounts and duties” where needed. This page cannot open it again.', closed2: 'The organisation is closed', unknownCount: '?',
    holders: {
      title: 'Who holds a duty here', people: '{n} active people', none: 'No duty was granted for this organisation or one below it', who: 'Who', role: 'Role', for: 'For', until: 'Until', here: 'this one and below', forGood: 'no end', hint: 'Duties for organisations above and for the whole city hold here too; they are not listed.',
    },
    roster: {
      open: 'Import a roster', title: 'Import a roster of organisations', lead: 'Every row is tried and shown first; nothing is written before you confirm. Organisations that the roster does not name stay as they are: an import never removes or closes one.', choose: 'Choose a file, or drop it here', chooseHint: 'CSV, JSON or YAML in UTF-8 or GB 18030; save a spreadsheet as CSV', paste: 'Or paste it (cells copied from a spreadsheet will do, with their heading)', example: 'lamps,Street lighting,urban,office,,Street lighting office',
      look: 'Try it', columns: 'Columns: code and name (needed); parent (code of the one above), kind, region (code), name_en. Without a parent a new one becomes a root and a known one stays where it is. JSON and YAML may nest with children and name posts.',
      wrongKind: '“{name}” is no roster: use a .csv, .json or .yaml file; save a spreadsheet as CSV.', tooLong: 'More than 2,000,000 characters: import it in parts.', emptyFile: 'There is nothing in the file.',
      sum: '{file}: {n} would be written, {refused} rows cannot be taken. Nothing is written yet.', nothingToDo: '{file}: nothing to write; {refused} rows cannot be taken.', doneSum: '{n} written, {refused} rows left out.', posts: 'Posts among them: {n}.', refusedStay: 'Rows that cannot be taken are skipped, the others are imported. Mend the file and import it again: what is the same already is not written twice.',
      rows: 'Row by row', only: 'Show only', line: 'Line', outcome: 'Result', one: 'Organisation', what: 'What', nothing: '(nothing)', will: { created: 'new', changed: 'change', moved: 'move', same: 'the same', refused: 'cannot be taken' }, did: { created: 'added', changed: 'changed', moved: 'moved', same: 'the same', refused: 'left out' },
      column: { name: 'Name', name_en: 'English name', kind: 'Kind', region: 'Looks after', parent: 'Below' }, copyRefused: 'Copy what cannot be taken', again: 'Another one', go: 'Import {n}', goPlain: 'Import', nothingGood: 'No row can be written', first: 'Choose a file or paste something first',
    },
  },
} satisfies Messages

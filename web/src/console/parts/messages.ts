import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    pickRegion: '选择区域', pickOrganisation: '选择机构', pickCaseType: '选择案件类型', searchRegion: '名称或代码，如 王寨、420606', searchOrganisation: '名称或代码，如 城管',
    searchCaseType: '名称或代码，如 路灯', nothing: '没有找到“{text}”', empty: '还没有可选的内容', open: '展开', close: '收起', clear: '清除', found: '{n} 项', everywhere: '全市',
    keys: '↑↓ 选择，← → 收起/展开，回车确定', closed: '已停用', more: '结果较多，请再输入几个字', gone: '已不存在',
    draftBack: '已恢复您没有提交的内容（{age}）', draftDiscard: '不用了，重新填写',
  },
  en: {
    pickRegion: 'Choose a region', pickOrganisation: 'Choose an organisation', pickCaseType: 'Choose a kind of case', searchRegion: 'Name or code, such as 420606',
    searchOrganisation: 'Name or code', searchCaseType: 'Name or code', nothing: 'Nothing found for “{text}”', empty: 'Nothing to choose from yet', open: 'Open', close: 'Close', clear: 'Clear',
    found: '{n} found', everywhere: 'the whole city', keys: '↑↓ move, ← → close/open, Enter picks', closed: 'closed', more: 'Many results: type a little more', gone: 'no longer there',
    draftBack: 'What you typed {age} and did not send is back', draftDiscard: 'Begin anew',
  },
} satisfies Messages

import type { Messages } from '@/shared/i18n'

const texts: Messages = {
  zh: {
    title: '照片审核', lead: '市民和处置员上传的照片，查看后才向公众显示。请留意人脸、车牌、门牌和与事件无关的内容。', pending: '待审核', shown: '已公开', refused: '不公开', report: '市民反映', finish: '处置结果',
    show: '公开', refuse: '不公开', reason: '不公开的理由', because: { face: '看得清人脸', plate: '看得清车牌', home: '涉及个人住所或隐私', unrelated: '与事件无关', indecent: '内容不雅' }, other: '其他理由', confirm: '确定不公开', case: '案件 {number}', none: '还没有案件', empty: '没有待审核的照片', emptyOther: '这里还没有照片',
    keys: '键盘：J、K 换照片，Y 公开，N 不公开', open: '看原图', alt: '{purpose}的照片', at: '{age}上传', decided: '{who} {age}决定', takeBack: '撤回公开', more: '还有照片', left: '本页还有 {n} 张', done: '已处理',
  },
  en: {
    title: 'Photos to check', lead: 'Photos of citizens and handlers are public only after somebody has looked. Mind faces, number plates, door numbers and whatever has nothing to do with the matter.', pending: 'To check', shown: 'Public', refused: 'Not public',
    report: 'Report of a citizen', finish: 'Result of the work', show: 'Make public', refuse: 'Keep back', reason: 'Why it is kept back', because: { face: 'A face can be recognised', plate: 'A number plate can be read', home: 'Shows a private home or something private', unrelated: 'Has nothing to do with the matter', indecent: 'Is indecent' }, other: 'Another reason', confirm: 'Keep it back', case: 'Case {number}', none: 'No case yet',
    empty: 'There is no photo to check', emptyOther: 'There is no photo here yet', keys: 'Keyboard: J, K next and previous, Y public, N keep back', open: 'Full size', alt: 'Photo: {purpose}', at: 'uploaded {age}', decided: '{who} decided {age}', takeBack: 'Take it back', more: 'More photos', left: '{n} more on this page', done: 'Done',
  },
}

export default texts

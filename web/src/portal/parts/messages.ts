import type { Messages } from '@/shared/i18n'

const texts: Messages = {
  zh: {
    home: '首页', report: '反映问题', track: '查进展', mine: '我的反映', skip: '跳到正文', large: '大字', normal: '标准字', menu: '主导航',
    offline: '现在没有网络。您写的内容会保存在本机，恢复后可以继续。', brand: '{city}市民门户', urgent: '紧急情况请拨打 110、119、120',
    photo: '照片', photoWaits: '照片审核中', photoRefused: '照片未公开', before: '反映的照片', after: '处理后的照片', enlarge: '看大图', metres: '约 {n} 米', kilometres: '约 {n} 公里',
    near: '就在附近', people: '{n} 人反映', organisation: '承办：{name}',
    step: { received: '已收到', assigned: '已交办', working: '办理中', checking: '核查中', closed: '已办结' },
  },
  en: {
    home: 'Home', report: 'Report', track: 'Track', mine: 'My reports', skip: 'Skip to the text', large: 'Large type', normal: 'Normal type', menu: 'Main navigation',
    offline: 'There is no connection now. What you write is kept on this phone; you can go on when it is back.', brand: '{city} for citizens',
    urgent: 'In an emergency call 110, 119 or 120', photo: 'Photo', photoWaits: 'Photo is being checked', photoRefused: 'Photo is not public', before: 'Photo of the report',
    after: 'Photo after the work', enlarge: 'Enlarge', metres: 'about {n} m', kilometres: 'about {n} km', near: 'right here', people: '{n} reports', organisation: 'In charge: {name}',
    step: { received: 'Received', assigned: 'Assigned', working: 'In work', checking: 'Checking', closed: 'Closed' },
  },
}

export default texts

import type { Messages } from '@/shared/i18n'

const texts: Messages = {
  zh: {
    title: '首页', hello: '发现身边的问题？', lead: '拍张照、选个位置、说一句，就会有人来处理。不用注册，也可以不留电话。', report: '反映问题', reportHint: '三步就好，约一分钟',
    resume: '继续上次没发完的反映', track: '查进展', trackHint: '用查询码', mine: '我的反映', mineHint: '{n} 件', what: '这里能做什么',
    can1: '反映路灯、道路、垃圾、噪声、积水等身边的问题', can2: '看谁在办、什么时候办好', can3: '办完后评价，没解决可以要求重新办理', privacy: '电话加密保存；照片去掉拍摄信息、审核后公开；地图上只显示大致位置。',
    solved: '最近解决的', open: '正在办理的', nearMe: '只看我附近', everywhere: '看全市', locating: '正在定位…', noPlace: '没有得到您的位置，下面是全市的情况', empty: '这里还没有内容', failed: '暂时看不到，请稍后再试',
  },
  en: {
    title: 'Home', hello: 'Something wrong in your street?', lead: 'Take a photo, choose the place, say a word, and somebody will see to it. No account, and no telephone number if you prefer.', report: 'Report a problem', reportHint: 'Three steps, about a minute',
    resume: 'Go on with your unfinished report', track: 'Track', trackHint: 'by your code', mine: 'My reports', mineHint: '{n}', what: 'What you can do here',
    can1: 'Report street lights, roads, rubbish, noise, water on the street and the like', can2: 'See who has it and until when', can3: 'Rate it when it is done, and have it taken up again when it is not solved', privacy: 'Telephone numbers are kept encrypted; photos lose what tells where they were taken and are public only after a check; the map shows only about where.',
    solved: 'Recently solved', open: 'Being handled', nearMe: 'Near me only', everywhere: 'The whole city', locating: 'Finding you…', noPlace: 'You could not be found; this is the whole city', empty: 'Nothing here yet', failed: 'This cannot be shown now; please try later',
  },
}

export default texts

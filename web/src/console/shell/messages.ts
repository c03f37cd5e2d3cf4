import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    home: '首页', signIn: '登录', nowhere: '页面不存在', nowhereLong: '地址可能写错了，或页面已移走。', toHome: '回到首页', skip: '跳到正文',
    console: '工作台', username: '用户名', password: '密码', signInTo: '登录{city}工作台', signOut: '退出登录', menu: '菜单', account: '账号',
    changePassword: '修改密码', oldPassword: '现密码', newPassword: '新密码（至少 10 位）', passwordChanged: '密码已修改，其他会话已退出',
    group: { work: '值守', city: '城市', manage: '配置', run: '运行' }, notices: '消息', noNotices: '没有未读消息', readAll: '全部已读',
    reSignIn: '重新登录', stay: '留在此页', noPage: '您的职责里还没有可用的页面，请联系管理员授予职责。', signedInAs: '当前职责', panel: '概览', openPage: '打开完整页面',
    portal: '市民入口', capsLock: '大写锁定已开启', cityTime: '城市时间', speed: '{n} 倍速', still: '城市时钟静止',
    stillLong: '城市时间停在此刻，不会自己往前走：时限不会到期，按城市时间运行的作业不会触发。',
    stillGo: '管理员用 citybrain up --empty --speed 1 重新启动后，时钟就会走动。',
    otherPage: '换账号登录，离开此页', loading: '正在打开页面',
    forbidden: '此页不在您的职责范围内',
  },
  en: {
    home: 'Home', signIn: 'Sign in', nowhere: 'No such page', nowhereLong: 'The address may be mistyped, or the page has moved.', toHome: 'To the home page', skip: 'Skip to content',
    console: 'Console', username: 'User name', password: 'Password', signInTo: 'Sign in to the console of {city}', signOut: 'Sign out', menu: 'Menu', account: 'Account',
    changePassword: 'Change password', oldPassword: 'Present password', newPassword: 'New password (at least 10 characters)', passwordChanged: 'Password changed; other sessions have ended',
    group: { work: 'On duty', city: 'City', manage: 'Set up', run: 'Running' }, notices: 'Messages', noNotices: 'No unread messages', readAll: 'Mark all as read',
    reSignIn: 'Sign in again', stay: 'Stay here', noPage: 'Your duties open no page yet. Ask an administrator for a duty.', signedInAs: 'Your duties', panel: 'Overview', openPage: 'Open the whole page',
    portal: 'For citizens', capsLock: 'Caps Lock is on', cityTime: 'City time', speed: '{n}× speed', still: 'City clock stands still',
    stillLong: 'City time has stopped at this moment and does not go on by itself: nothing falls due, and jobs that run by city time are not started.',
    stillGo: ' An administrator lets it run by starting again with citybrain up --empty --speed 1.',
    otherPage: 'Leave this page and sign in as somebody else', loading: 'Opening the page',
    forbidden: 'This page is not within your duties',
  },
} satisfies Messages

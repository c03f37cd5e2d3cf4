import type { Messages } from '@/shared/i18n'

const texts: Messages = {
  zh: {
    title: '我的反映', lead: '查询码记在这台手机上，我们的服务器不知道是谁的。', shared: '谁拿到这台手机，谁就能看到这里的内容。使用公用手机时请清除。', empty: '这台手机上还没有记下查询码', report: '去反映问题', byCode: '用查询码查进展',
    forget: '清除这一条', forgetAll: '全部清除', sure: '清除后，没有查询码就查不到了。确定全部清除？', yes: '确定清除', no: '先不清除', failed: '暂时查不到进展', follow: '关注', rate: '待评价', gone: '没有找到这个查询码',
  },
  en: {
    title: 'My reports', lead: 'The codes are kept on this phone; our servers do not know whose they are.', shared: 'Whoever holds this phone can see them. On a shared phone, clear them.', empty: 'No code is kept on this phone yet', report: 'Report a problem', byCode: 'Track by a code',
    forget: 'Forget this one', forgetAll: 'Forget all', sure: 'Without the code you cannot look it up any more. Forget all of them?', yes: 'Yes, forget them', no: 'Keep them', failed: 'Progress cannot be read now', follow: 'followed', rate: 'please rate', gone: 'There is nothing under this code',
  },
}

export default texts

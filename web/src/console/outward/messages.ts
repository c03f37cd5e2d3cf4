import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    account: '通知方式', channels: '通知渠道', mail: '邮件', inApp: '站内', kind: '通知种类', byMail: '邮件', address: '邮箱地址', addressHelp: '加密保存，只用于给您发送通知；留空则不再发邮件。', language: '邮件语言', zh: '中文', en: '英文',
    mailOff: '本市还没有设置邮件服务器，通知只在站内送达。您的选择会先保存，启用邮件后生效。', noAddress: '填写邮箱地址后，所选通知才会发出邮件。', always: '站内消息始终送达', byRole: '按岗位默认', saved: '已保存', unsaved: '有未保存的修改', test: '发送测试邮件', tested: '测试邮件已排队，请稍后查收。未收到时请联系运维查看“失败与重试”。',
    all: '全部选择', none: '全部取消', back: '恢复岗位默认',
    webhooks: '消息推送（Webhook）', webhooksWhat: '有事件或通知时，平台以 CloudEvents JSON 推送到您的系统，按 Standard Webhooks 签名（HMAC-SHA256），失败自动重试。推送范围不超过所有者的职责。', newHook: '新建推送', name: '名称', url: '推送地址', urlHelp: '须为公网 https 地址；内网地址须先由运维在 CITYBRAIN_WEBHOOK_TARGETS 中允许。', types: '事件', typesHelp: '例如 case.opened 或 case.*', kinds: '发给您的通知', owner: '所有者', state: '状态', last: '最近送达', never: '尚未送达', noHooks: '还没有推送地址',
    well: '正常', failing: '正在失败', off: '已停用', since: '自 {at} 起失败', switchedOff: '{at} 停用', on: '启用', switchOff: '停用', remove: '删除', removeAsk: '删除推送“{name}”？', removeWhat: '排队中的消息不再发送，密钥立即作废。', tryHook: '发送测试事件', tried: '测试事件已排队', renew: '更换密钥', secretTitle: '“{name}”的签名密钥', secretHint: '只显示这一次。对方用它校验 webhook-signature 头。', create: '创建', edit: '修改',
    roles: '按岗位发送邮件', rolesWhat: '持有该岗位的人默认以邮件接收所选通知，本人可另行选择。', role: '岗位', pick: '选择通知种类', failures: '查看未送达的通知',
  },
  en: {
    account: 'How notices reach you', channels: 'Notice channels', mail: 'Mail', inApp: 'In the app', kind: 'Kind of notice', byMail: 'Mail', address: 'Mail address', addressHelp: 'Kept sealed, and used for your notices only; empty: no mail.', language: 'Language of mail', zh: 'Chinese', en: 'English',
    mailOff: 'This city has no mail server yet: notices stay in the app. What you choose is kept and holds once mail is on.', noAddress: 'Nothing is mailed until you give an address.', always: 'Always in the app', byRole: 'by your duties', saved: 'Saved', unsaved: 'Not saved yet', test: 'Send a test', tested: 'The test is on its way. If it does not arrive, ask operations to look at Failures.',
    all: 'All', none: 'None', back: 'As my duties have it',
    webhooks: 'Webhooks', webhooksWhat: 'Events and notices are posted to your system as CloudEvents JSON, signed as Standard Webhooks says (HMAC-SHA256), and tried again when they fail. A webhook is told no more than its owner may see.', newHook: 'New webhook', name: 'Name', url: 'Address', urlHelp: 'A public https address; inner networks have to be allowed in CITYBRAIN_WEBHOOK_TARGETS first.', types: 'Events', typesHelp: 'For example case.opened or case.*', kinds: 'Notices to you', owner: 'Owner', state: 'State', last: 'Last taken', never: 'never', noHooks: 'No webhooks yet',
    well: 'well', failing: 'failing', off: 'off', since: 'failing since {at}', switchedOff: 'switched off {at}', on: 'Switch on', switchOff: 'Switch off', remove: 'Delete', removeAsk: 'Delete the webhook {name}?', removeWhat: 'What is on its way is not sent, and its secret ends.', tryHook: 'Send a test event', tried: 'The test event is on its way', renew: 'New secret', secretTitle: 'Signing secret of {name}', secretHint: 'Shown this once. The other side checks the header webhook-signature with it.', create: 'Create', edit: 'Change',
    roles: 'Mail by role', rolesWhat: 'Whoever holds the role gets these kinds by mail, unless he chooses otherwise.', role: 'Role', pick: 'Choose kinds', failures: 'Notices that were not delivered',
  },
} satisfies Messages

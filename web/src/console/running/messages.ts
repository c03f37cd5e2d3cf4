import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    jobs: '运行状况', failures: '失败与重试', audit: '审计记录',
    health: '系统健康', light: { green: '正常', amber: '需要留意', red: '异常' }, sinceAt: '自 {at}', mend: '前往处理',
    selfTests: '时限自检', selfTestsLong: '每天自动发起一次模拟时限，验证预警与升级真的会执行。', noSelfTests: '还没有自检记录', passed: '通过', failed: '未通过', running: '进行中',
    recurring: '周期作业', name: '名称', every: '周期', loop: '常驻', last: '上次', took: '用时', next: '下次', fails: '连续失败', runNow: '立即运行', ranNow: '已安排运行', ms: '{n} 毫秒', s: '{n} 秒', byCity: '按城市时间',
    runs: '任务记录', asked: '发起', state: { queued: '排队', running: '运行中', done: '完成', failed: '失败' }, rerun: '重新运行', noRuns: '没有任务记录', progress: '进度',
    dead: '未送达的消息', deadLong: '某个部分反复处理失败的消息。修复原因后可重新投递，或说明原因后放弃。', noDead: '没有未送达的消息', subscription: '订阅方', event: '消息', attempts: '尝试', error: '原因', retry: '重新投递', retryAll: '全部重新投递', dismiss: '放弃',
    dismissAsk: '放弃后这条消息不再处理。请写明原因，将记入审计。', dismissReason: '放弃原因', retried: '已重新投递 {n} 条', retryAllAsk: '将重新投递全部未送达的消息，仍会失败的会再次回到这里。', waitingToo: '另有等待自动重试的', waiting: '等待重试', noWaiting: '没有等待重试的消息', nextTry: '下次尝试',
    notices: '未送达的通知', noNotices: '没有未送达的通知', recipient: '接收人', channel: '渠道', about: '事由', failedRuns: '失败的任务', noFailedRuns: '没有失败的任务', details: '内容', subject: '对象', cause: '起因',
    who: '操作人', what: '操作', object: '对象', when: '时间', content: '内容', noRecords: '没有符合条件的记录', action: '操作', actor: '操作人姓名', onlyActor: '只看 {name} 的记录', key: '对象编号', head: '审计链头', headLong: '第 {n} 块，已封存 {records} 条，{at}', headHash: '链头哈希', copyHead: '复制链头', headHelp: '把链头抄在别处，今后即可用 citybrain audit verify --head 证明之前的记录没有被删改。',
    range: '时间范围（城市时间）', since: '起（含）', until: '止（不含）', within: { hour: '最近一小时', today: '今天', week: '最近 7 天' },
    seal: {
      do: '封存', title: '第 {n} 号记录的封存情况', number: '区块编号', count: '本块记录数', countOf: '{n} 条（至此链上共 {total} 条）', at: '封存时间', wall: '机器时间', digest: '本块摘要（SM3）', previous: '上一块摘要', key: '签名密钥（SM2）', again: '再看一次', copy: '复制编号与摘要',
      intact: '已封存，内容未变', intactLong: '这条记录封存在第 {n} 块。刚刚按现在的内容重新计算了摘要，与封存时一致：封存以后没有人改动过它。',
      broken: '内容与封存时不一致', brokenLong: '按现在的内容计算出的摘要，与第 {n} 块封存时的不同：封存以后，这条记录被绕过平台改动过。请保全数据库，并运行 citybrain audit verify 查明范围。',
      unsealed: '尚未封存', unsealedLong: '这条记录还没有写进区块。通常一两秒内就会封存；若一直如此，请检查 work 进程是否在运行。',
      digestHelp: '由本块每条记录的内容逐条计算而来。任何一条改动一个字，摘要就会不同。', previousHelp: '本块接着上一块计算，所以改动更早的记录，之后所有区块都会对不上。', firstHelp: '这是第一块，从固定的起点开始计算。', keyHelp: '摘要由此密钥签名，没有密钥的人无法伪造区块。',
    },
  },
  en: {
    jobs: 'Running', failures: 'Failures', audit: 'Audit trail',
    health: 'Health', light: { green: 'well', amber: 'look at it', red: 'broken' }, sinceAt: 'since {at}', mend: 'Look at it',
    selfTests: 'Self-tests of clocks', selfTestsLong: 'Once a day a synthetic clock proves that warnings and escalations really happen.', noSelfTests: 'No self-test yet', passed: 'passed', failed: 'failed', running: 'running',
    recurring: 'Recurring jobs', name: 'Name', every: 'Every', loop: 'always', last: 'Last', took: 'Took', next: 'Next', fails: 'Failures in a row', runNow: 'Run now', ranNow: 'It will run now', ms: '{n} ms', s: '{n} s', byCity: 'by city time',
    runs: 'Runs', asked: 'Asked by', state: { queued: 'queued', running: 'running', done: 'done', failed: 'failed' }, rerun: 'Run again', noRuns: 'No runs', progress: 'Progress',
    dead: 'Messages that were not delivered', deadLong: 'Messages that a part failed to handle again and again. Deliver them once more when the reason is mended, or give them up with a reason.', noDead: 'Every message was delivered', subscription: 'Subscription', event: 'Message', attempts: 'Attempts', error: 'Reason', retry: 'Deliver again', retryAll: 'Deliver all again', dismiss: 'Give up',
    dismissAsk: 'A message that is given up is not handled any more. Say why; it goes into the audit trail.', dismissReason: 'Reason', retried: '{n} delivered again', retryAllAsk: 'All messages that were not delivered are attempted again; those that fail come back here.', waitingToo: 'Waiting to be tried again', waiting: 'Waiting', noWaiting: 'Nothing waits to be tried again', nextTry: 'Next attempt',
    notices: 'Notices that were not delivered', noNotices: 'Every notice was delivered', recipient: 'Recipient', channel: 'Channel', about: 'About', failedRuns: 'Failed runs', noFailedRuns: 'No failed runs', details: 'Content', subject: 'Subject', cause: 'Cause',
    who: 'Who', what: 'What', object: 'On what', when: 'When', content: 'Content', noRecords: 'No records match', action: 'Action', actor: 'Name of a person', onlyActor: 'Only what {name} did', key: 'Number of the object', head: 'Head of the chain', headLong: 'Block {n}, {records} records sealed, {at}', headHash: 'Hash of the head', copyHead: 'Copy the head', headHelp: 'Write the head down elsewhere: citybrain audit verify --head then proves that nothing before it was changed or cut off.',
    range: 'Time range (city time)', since: 'From (included)', until: 'Until (not included)', within: { hour: 'Last hour', today: 'Today', week: 'Last 7 days' },
    seal: {
      do: 'Seal', title: 'How record {n} is sealed', number: 'Block', count: 'Records in this block', countOf: '{n} ({total} in the chain up to here)', at: 'Sealed at', wall: 'time of the machine', digest: 'Digest of this block (SM3)', previous: 'Digest of the block before', key: 'Signing key (SM2)', again: 'Look again', copy: 'Copy number and digest',
      intact: 'Sealed, and unchanged', intactLong: 'This record is sealed in block {n}. Its digest was just computed anew from what it says now, and is the one that was sealed: nobody has changed it since.',
      broken: 'Not what was sealed', brokenLong: 'The digest of what the record says now is not the one sealed in block {n}: it was changed afterwards, behind the platform. Secure the database and run citybrain audit verify to learn how much is affected.',
      unsealed: 'Not sealed yet', unsealedLong: 'This record is in no block yet. That takes a second or two; if it stays so, check that the work process is running.',
      digestHelp: 'Computed from every record of the block, one after the other. A single changed character gives another digest.', previousHelp: 'This block continues from the one before: whoever changes an older record breaks every block after it.', firstHelp: 'This is the first block; it begins from a fixed start.', keyHelp: 'The digest is signed with this key; without it nobody can forge a block.',
    },
  },
} satisfies Messages

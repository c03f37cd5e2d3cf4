import type { Messages } from '@/shared/i18n'

const texts: Messages = {
  zh: {
    title: '查进展', lead: '输入反映问题时得到的查询码。', code: '查询码', codeHelp: '26 位字母和数字，横线可以不写', look: '查询', needCode: '请输入反映问题时得到的查询码。没有查询码，可在“我的反映”里找找。', other: '查另一个', keep: '记在这台手机上', keepHelp: '下次在“我的反映”里直接查看。公用手机请不要勾选。',
    who: '谁在办', nobody: '正在安排承办单位', until: '办结期限', noLimit: '还没有期限', handled: '已处置完毕，正在核查', overdue: '已超过期限 {span}，我们已在督促', leftFor: '还有 {span}', waiting: '您已等待 {span}', waited: '从反映到办结用了 {span}', reopened: '已重新办理 {n} 次，等待时间从您反映时算起', number: '案件编号', people: '共有 {n} 人反映同一件事',
    steps: '办理进度', timeline: '办理记录', mineSaid: '您反映的内容', youFollow: '您关注的事', pictures: '照片', phone: '联系电话 {phone}', stepNow: '当前', stepDone: '完成', stepTodo: '未到',
    rate: '办得怎么样？', rateDone: '谢谢您的评价', rateChange: '一天之内可以修改', comment: '想说的话', commentHelp: '选填。哪里好，哪里不好？', sendRating: '提交评价', rating: '正在提交…', badRating: '工作人员会与您联系，了解原因。',
    reopen: '还没有解决？', reopenLead: '{until} 前可以要求重新办理。', reopenReason: '还有什么问题', reopenHelp: '例如：昨晚又不亮了', sendReopen: '要求重新办理', reopening: '正在提交…', reopenedNow: '已重新办理', refresh: '刷新', updated: '更新于 {at}', tooLate: '办结时间已久，如果问题又出现了，请重新反映',
  },
  en: {
    title: 'Track', lead: 'Enter the code that you got when you reported.', code: 'Tracking code', codeHelp: '26 letters and digits, dashes may be left out', look: 'Look up', needCode: 'Enter the code that you got when you reported. Without it, look under “My reports”.', other: 'Look up another', keep: 'Keep it on this phone', keepHelp: 'Next time you find it under “My reports”. Leave this out on a shared phone.',
    who: 'Who has it', nobody: 'We are finding out who should handle it', until: 'Until when', noLimit: 'No date yet', handled: 'Handled; being checked', overdue: '{span} over time; we press for it', leftFor: '{span} left', waiting: 'You have waited {span}', waited: 'It took {span} from report to closing', reopened: 'Taken up again {n} times; waiting counts from your report', number: 'Case number', people: '{n} people reported the same',
    steps: 'How far it is', timeline: 'What was done', mineSaid: 'What you reported', youFollow: 'What you follow', pictures: 'Photos', phone: 'Telephone {phone}', stepNow: 'now', stepDone: 'done', stepTodo: 'not yet',
    rate: 'How was it handled?', rateDone: 'Thank you for your rating', rateChange: 'You can change it for a day', comment: 'Anything to say', commentHelp: 'Optional. What was good, what was not?', sendRating: 'Send the rating', rating: 'Sending…', badRating: 'Somebody will call you to find out why.',
    reopen: 'Not solved?', reopenLead: 'Until {until} you can have it taken up again.', reopenReason: 'What is still wrong', reopenHelp: 'For example: it was dark again last night', sendReopen: 'Take it up again', reopening: 'Sending…', reopenedNow: 'It was taken up again', refresh: 'Refresh', updated: 'as of {at}', tooLate: 'It was closed a while ago; if the problem is back, report it anew',
  },
}

export default texts

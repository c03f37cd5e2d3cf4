import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '工作日历', which: '日历', year: '年份', month: '{n}月', day: { 0: '日', 1: '一', 2: '二', 3: '三', 4: '四', 5: '五', 6: '六' },
    legend: { free: '休：法定节假日', work: '班：调休上班', rest: '周末', plain: '工作日' }, mark: { free: '休', work: '班' },
    how: '点击日期切换：工作日设为节假日，周末设为调休上班，再点恢复。', usedBy: '按此日历计时：{clocks}', unused: '目前没有时限按此日历计时',
    source: { pack: '来自行业包', operator: '由 {by} 于 {at} 设置', nobody: '本年度尚无安排' }, note: '依据（谁发布、文号）', holidays: '节假日', makeUp: '调休上班日', none: '无', name: '名称', hours: '按周一时间',
    save: '保存并重算时限', saved: '已保存，运行中的时限正在重算', restore: '恢复行业包的安排', restoreAsk: '恢复行业包声明的本年度安排？运行中的时限会随之重算。', unsaved: '有未保存的修改，确定离开？',
    file: '导入文件', fileHelp: 'CSV（日期,休/班,名称）或 ICS 日历文件；先预览，保存后生效。', read: '读到 {free} 个休息日、{work} 个调休上班日', others: '另有 {n} 天属于其他年份', unread: '第 {line} 行：{reason}', tooBig: '文件过大（上限 500 KB）',
    missing: '{calendar}缺少 {years} 年的节假日安排：按工作日计算的时限会把节假日当作工作日。', toSet: '前往录入',
  },
  en: {
    title: 'Working calendars', which: 'Calendar', year: 'Year', month: 'Month {n}', day: { 0: 'Su', 1: 'Mo', 2: 'Tu', 3: 'We', 4: 'Th', 5: 'Fr', 6: 'Sa' },
    legend: { free: 'free: public holiday', work: 'work: make-up day', rest: 'weekend', plain: 'working day' }, mark: { free: 'free', work: 'work' },
    how: 'Click a day: a working day becomes a holiday, a weekend a make-up day; once more takes it back.', usedBy: 'Counted by it: {clocks}', unused: 'No time limit is counted by it now',
    source: { pack: 'as the pack declares it', operator: 'set by {by}, {at}', nobody: 'nothing is known of this year' }, note: 'Who announced it, and where', holidays: 'Holidays', makeUp: 'Make-up days', none: 'none', name: 'Name', hours: 'hours of a Monday',
    save: 'Save and count clocks again', saved: 'Saved; running clocks are being counted again', restore: 'Back to the pack', restoreAsk: 'Take what the pack declares for this year? Running clocks are counted again.', unsaved: 'There are changes that are not saved. Leave?',
    file: 'Import a file', fileHelp: 'CSV (date,holiday/workday,name) or an ICS calendar; look first, it holds once saved.', read: '{free} days off and {work} make-up days were read', others: '{n} days of other years were left aside', unread: 'Line {line}: {reason}', tooBig: 'The file is too large (500 KB at most)',
    missing: '{calendar} knows no holidays for {years}: limits in working days count through them.', toSet: 'Enter them',
  },
} satisfies Messages

import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '城市指标', one: '指标', none: '这里还没有指标。指标由行业包声明，计算后出现在这里。', noTheme: '这个主题下还没有指标',
    theme: { overall: '综合', urban: '城管', traffic: '交通', environment: '环境', safety: '安全', livelihood: '民生', sensing: '感知' },
    periods: { hour: '每小时', day: '每天', week: '每周', month: '每月' },
    indicator: '指标', value: '当前值', delta: '变化', lately: '近期', period: '时段', target: '目标 {value}', against: '较 {period}', same: '持平', noDelta: '无可比时段',
    dimension: { label: '按什么看', region: '按区域', organisation: '按机构' }, place: '地点', wholeCity: '我可见的最大范围', others: '另有 {n} 项只按区域计算，这里不列',
    knownAt: '以哪个时刻所知为准', knownAtHelp: '选一个过去的时刻，看到的就是当时平台显示的数', now: '现在', asKnown: '显示的是 {at} 时所知的数', toNow: '回到现在',
    compute: '立即计算', computing: '已安排计算', computed: '计算完成', computeFailed: '计算没有完成', series: '变化过程', whole: '每点为一个时段的值', noSeries: '这里还没有算出过值', warn: '预警', alarm: '告警', targetLine: '目标',
    ranking: '排名', parts: '下级区域', organisations: '机构', noParts: '没有可比的下级', rank: '名次', past: '这个时段显示过的值', pastLong: '迟到的数据会改变已结束的时段；每一次显示过的值都在这里。', shownFrom: '自', pastRows: '{n} 行', explanation: '为什么是这个数', choosePeriod: '看哪个时段', noPast: '没有显示过的值',
  },
  en: {
    title: 'Indicators', one: 'Indicator', none: 'No indicators yet. Sector packs declare them; once computed they are here.', noTheme: 'No indicators of this theme yet',
    theme: { overall: 'Overall', urban: 'Urban services', traffic: 'Traffic', environment: 'Environment', safety: 'Safety', livelihood: 'Livelihood', sensing: 'Sensing' },
    periods: { hour: 'hourly', day: 'daily', week: 'weekly', month: 'monthly' },
    indicator: 'Indicator', value: 'Now', delta: 'Change', lately: 'Lately', period: 'Period', target: 'target {value}', against: 'against {period}', same: 'no change', noDelta: 'nothing to compare',
    dimension: { label: 'By what', region: 'By region', organisation: 'By organisation' }, place: 'Place', wholeCity: 'The widest I may see', others: '{n} more are computed by region only and not listed here',
    knownAt: 'As known at', knownAtHelp: 'Choose a past moment to see the numbers that the platform showed then', now: 'now', asKnown: 'These are the numbers as known at {at}', toNow: 'Back to now',
    compute: 'Compute now', computing: 'It will be computed', computed: 'Computed', computeFailed: 'It was not computed', series: 'Over time', whole: 'Each point is the value of one period', noSeries: 'No value was computed here yet', warn: 'Warning', alarm: 'Alarm', targetLine: 'Target',
    ranking: 'Ranking', parts: 'Parts of the region', organisations: 'Organisations', noParts: 'No parts to compare', rank: 'Rank', past: 'Values shown for this period', pastLong: 'Late data changes a period that is over; every value that was ever shown is here.', shownFrom: 'Since', pastRows: '{n} row | {n} rows', explanation: 'Why it is this number', choosePeriod: 'Which period', noPast: 'No value was shown',
  },
} satisfies Messages

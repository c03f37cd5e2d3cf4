import type { Messages } from '@/shared/i18n'

export default {
  zh: {
    title: '{city}城市大脑', lead: '感知城市、派遣处置、闭环办结，每一步都可追溯。', staff: '工作人员登录', staffLong: '值守、派遣、处置、配置',
    citizen: '市民和企业', citizenLong: '反映问题、查进度、评价', none: '还没有城市数据。管理员可用 citybrain city 导入行政区划，或启动演示城市。',
    failed: '平台暂时没有回应，请稍后刷新。',
  },
  en: {
    title: 'CityBrain of {city}', lead: 'Sense what happens, dispatch, close the loop, and prove every step.', staff: 'Staff sign in', staffLong: 'Watch, dispatch, handle, set up',
    citizen: 'Citizens and companies', citizenLong: 'Report, follow, rate', none: 'There is no city yet. An administrator can import one with citybrain city, or start the demo city.',
    failed: 'The platform does not answer. Reload in a moment.',
  },
} satisfies Messages

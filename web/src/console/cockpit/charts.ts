/** The charts of the cockpit as ECharts wants them described: a trend with its thresholds, and a donut. */
import { dateTime } from '@/shared/format'
import { titleOf, type Title } from '@/shared/i18n'
import type { EChartsCoreOption } from 'echarts/core'
import type { Of } from './scene'
import { spell } from './words'

export interface Look {
  colour: (name: string) => string
  /** City time ahead of UTC (ms): the axis counts in city time. */
  offset: number
  scale: number
}

const DAY = 86_400_000
const PERIODS = 14
export const COLOURS = ['chart-1', 'chart-2', 'chart-3', 'chart-4', 'chart-5', 'chart-6', 'chart-7', 'chart-8']
const sized = (look: Look, pixels: number) => Math.max(12, Math.round(pixels * look.scale))

function limits(line: Of<'trend'>['lines'][number], look: Look) {
  const { warn, alarm, target } = line.indicator
  const wanted = [
    { at: warn, colour: 'severity-3' },
    { at: alarm, colour: 'severity-1' },
    { at: target, colour: 'well' },
  ]
  return {
    silent: true, symbol: 'none', animation: false, label: { show: false },
    data: wanted.filter((one) => one.at !== null).map((one) => ({ yAxis: one.at, lineStyle: { color: look.colour(one.colour), type: 'dashed', width: 1, opacity: 0.75 } })),
  }
}

interface Hovered {
  value: [number, number | null]
  seriesIndex: number
  seriesName: string
}

/** Of a single period a chart would draw the axis into the future: it shows the periods before it, up to this one. */
export function axisOf(lines: Of<'trend'>['lines']): { min: number; max: number } | null {
  const points = lines.flatMap((line) => line.points)
  const newest = points[0]
  if (!newest || points.some((point) => point.start !== newest.start)) return null
  const max = Date.parse(newest.start)
  return { min: max - (PERIODS - 1) * (Date.parse(newest.end) - max), max }
}

export function trendOf(lines: Of<'trend'>['lines'], look: Look): EChartsCoreOption {
  const moments = lines.flatMap((line) => line.points.map((point) => Date.parse(point.start)))
  const axis = axisOf(lines)
  const isLong = axis ? axis.max - axis.min > 2 * DAY : Math.max(...moments) - Math.min(...moments) > 2 * DAY
  const label = { color: look.colour('ink-3'), fontSize: sized(look, 12), hideOverlap: true }
  const single = lines.length === 1
  return {
    useUTC: true, animation: false, textStyle: { fontFamily: look.colour('font') },
    grid: { left: 2, right: 8, top: 8, bottom: 2, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'time', ...(axis ? { min: axis.min + look.offset, max: axis.max + look.offset } : {}), axisLine: { lineStyle: { color: look.colour('line-2') } }, axisTick: { show: false }, splitLine: { show: false }, splitNumber: 4,
      axisLabel: { ...label, formatter: (value: number) => (isLong ? dateTime(value - look.offset).slice(5, 10) : dateTime(value - look.offset).slice(11)) },
    },
    yAxis: { type: 'value', scale: true, splitNumber: 3, axisLabel: label, splitLine: { lineStyle: { color: look.colour('line-1') } } },
    series: lines.map((line, place) => {
      const colour = look.colour(COLOURS[place] ?? 'chart-1')
      return {
        name: titleOf(line.indicator.title as Title), type: 'line', animation: false, symbol: 'circle', symbolSize: 5 * Math.max(1, look.scale), showSymbol: line.points.length < 32,
        lineStyle: { color: colour, width: 2 * Math.max(1, look.scale) }, itemStyle: { color: colour }, ...(single ? { areaStyle: { color: colour, opacity: 0.1 }, markLine: limits(line, look) } : {}),
        data: line.points.map((point) => [Date.parse(point.start) + look.offset, point.value]),
      }
    }),
    tooltip: {
      trigger: 'axis', confine: true, transitionDuration: 0, renderMode: 'richText', backgroundColor: look.colour('surface-2'), borderColor: look.colour('line-2'), textStyle: { color: look.colour('ink'), fontSize: sized(look, 13) },
      axisPointer: { type: 'line', lineStyle: { color: look.colour('ink-3') } },
      formatter: (found: Hovered[]) =>
        [found[0] ? dateTime(found[0].value[0] - look.offset) : '', ...found.map((one) => {
          const line = lines[one.seriesIndex]
          return line ? `${one.seriesName}  ${spell(one.value[1], line.indicator)} ${titleOf(line.indicator.unit as Title)}` : ''
        })].join('\n'),
    },
  }
}

export interface Slice {
  name: string
  value: number
  colour: string
}

export function donutOf(slices: readonly Slice[], look: Look): EChartsCoreOption {
  return {
    animation: false,
    series: [
      {
        type: 'pie', radius: ['66%', '96%'], center: ['50%', '50%'], silent: true, label: { show: false }, labelLine: { show: false }, itemStyle: { borderColor: look.colour('surface'), borderWidth: 2 },
        data: slices.map((slice) => ({ name: slice.name, value: slice.value, itemStyle: { color: slice.colour } })),
      },
    ],
  }
}

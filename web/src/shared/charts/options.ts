/** The picture of a line of readings, as ECharts wants it described. */
import type { EChartsCoreOption } from 'echarts/core'
import { dateTime } from '../format'
import { extentOf, splitGaps, type Limit, type Point, type Shade, type Span } from './series'

export interface Picture {
  points: Point[]
  span: Span
  limits: Limit[]
  shades: Shade[]
  gap: number | null
  /** Switches and words hold their value until the next reading. */
  isStep: boolean
  /** Words on the axis instead of numbers: of an enum, or no and yes of a switch. */
  words: string[] | null
  isCompact: boolean
  /** City time ahead of UTC (ms): the axis counts in city time. */
  offset: number
  colour: (name: string) => string
  say: (point: Point) => string
  spell: (value: number) => string
}

const X = 0

function axisLabel(picture: Picture): (value: number) => string {
  const long = picture.span.to - picture.span.from > 36 * 3_600_000
  return (value) => {
    const text = dateTime(value - picture.offset)
    const [day = '', time = ''] = text.split(' ')
    if (time === '00:00') return day.slice(5)
    return long ? `${day.slice(5)}\n${time}` : time
  }
}

function yAxis(picture: Picture) {
  const { colour, words } = picture
  const label = { color: colour('ink-3'), fontSize: 12 }
  if (words) {
    const shown = { ...label, formatter: (value: number) => words[value] ?? '' }
    return { type: 'value', min: -0.15, max: words.length - 0.85, interval: 1, axisLabel: { ...shown, customValues: words.map((_, place) => place) }, axisTick: { customValues: [] }, splitLine: { show: false } }
  }
  const extent = extentOf(picture.points, picture.limits)
  return {
    type: 'value', min: extent?.[0], max: extent?.[1], splitNumber: picture.isCompact ? 2 : 4,
    axisLabel: { ...label, showMinLabel: false, showMaxLabel: false, formatter: picture.spell, hideOverlap: true },
    splitLine: { lineStyle: { color: colour('line-1') } },
  }
}

function limitLines(picture: Picture) {
  return {
    silent: true, symbol: 'none', animation: false,
    data: picture.limits.map((limit) => ({
      yAxis: limit.value,
      lineStyle: { color: picture.colour(limit.tone ?? `severity-${limit.severity}`), type: 'dashed', width: 1.5 },
      label: { formatter: limit.label, position: limit.tone ? 'insideEndTop' : 'insideStartTop', color: picture.colour(`${limit.tone ?? `severity-${limit.severity}`}-ink`), fontSize: 12, distance: 2 },
    })),
  }
}

function shadeAreas(picture: Picture) {
  return {
    silent: true, animation: false,
    data: picture.shades.map((shade) => [
      { xAxis: shade.from + picture.offset, itemStyle: { color: picture.colour(`severity-${shade.severity}`), opacity: 0.13 } },
      { xAxis: Math.min(shade.to, picture.span.to) + picture.offset },
    ]),
  }
}

function series(picture: Picture) {
  const { colour, offset } = picture
  const good = splitGaps(picture.points.filter((point) => !point.quality), picture.gap)
  const bad = picture.points.filter((point) => point.quality && point.value !== null)
  const hasBand = !picture.words && good.some((point) => typeof point.low === 'number' && point.low !== point.high)
  const few = good.length <= 60
  const plain = { type: 'line', symbol: 'none', silent: true, lineStyle: { width: 0 }, animation: false, stack: 'band', stackStrategy: 'all', tooltip: { show: false } }
  const band = hasBand
    ? [
        { ...plain, name: 'low', data: good.map((point) => [point.at + offset, point.low ?? null]) },
        { ...plain, name: 'range', areaStyle: { color: colour('chart-1'), opacity: 0.16 }, data: good.map((point) => [point.at + offset, typeof point.high === 'number' ? point.high - (point.low ?? 0) : null]) },
      ]
    : []
  return [
    ...band,
    {
      name: 'value', type: 'line', animation: false, connectNulls: false, step: picture.isStep ? 'end' : false, lineStyle: { color: colour('chart-1'), width: 2 }, itemStyle: { color: colour('chart-1') },
      showSymbol: few, symbol: 'circle', symbolSize: 5, data: good.map((point) => [point.at + offset, point.value]), markLine: limitLines(picture), markArea: shadeAreas(picture),
    },
    { name: 'doubtful', type: 'scatter', animation: false, symbol: 'emptyDiamond', symbolSize: 8, itemStyle: { color: colour('unknown') }, data: bad.map((point) => [point.at + offset, point.value]) },
  ]
}

interface Hovered {
  value: [number, number | null]
  seriesName: string
}

function tooltip(picture: Picture) {
  const byTime = new Map(picture.points.map((point) => [point.at, point]))
  return {
    trigger: 'axis', confine: true, transitionDuration: 0, backgroundColor: picture.colour('surface'), borderColor: picture.colour('line-2'), textStyle: { color: picture.colour('ink'), fontSize: 13 },
    axisPointer: { type: 'line', lineStyle: { color: picture.colour('ink-3') }, label: { show: false } },
    renderMode: 'richText',
    formatter: (hovered: Hovered[] | Hovered) => {
      const found = (Array.isArray(hovered) ? hovered : [hovered]).find((one) => one.seriesName === 'value' || one.seriesName === 'doubtful')
      const point = found && byTime.get(Number(found.value[X]) - picture.offset)
      return point ? picture.say(point) : ''
    },
  }
}

export function optionOf(picture: Picture): EChartsCoreOption {
  const { colour, span, offset, isCompact } = picture
  return {
    useUTC: true, animation: false, textStyle: { fontFamily: colour('font') },
    grid: { left: 8, right: 16, top: isCompact ? 12 : 20, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    xAxis: {
      type: 'time', min: span.from + offset, max: span.to + offset, axisLine: { lineStyle: { color: colour('line-2') } }, splitNumber: isCompact ? 3 : 8,
      axisLabel: { color: colour('ink-3'), fontSize: 12, hideOverlap: true, formatter: axisLabel(picture) }, splitLine: { show: false },
    },
    yAxis: yAxis(picture), series: series(picture), tooltip: tooltip(picture),
    brush: { xAxisIndex: 0, brushType: false, toolbox: [], brushStyle: { color: colour('primary'), opacity: 0.15, borderWidth: 0 }, throttleType: 'debounce' },
  }
}

/** One ECharts in a box: drawn anew when what it shows, the language or the screen changes. */
import { init, token, type EChartsType } from '@/shared/charts/engine'
import { offsetOf } from '@/shared/charts/series'
import { language } from '@/shared/i18n'
import { cityNow, timeZone } from '@/shared/platform'
import { PieChart } from 'echarts/charts'
import { use, type EChartsCoreOption } from 'echarts/core'
import { onBeforeUnmount, onMounted, watch, type Ref } from 'vue'
import type { Look } from './charts'
import { useScale } from './screen'

use([PieChart])

export function useChart(box: Ref<HTMLElement | undefined>, draw: (look: Look) => EChartsCoreOption | null, source: () => unknown, clicked?: (moment: number) => void) {
  const { scale } = useScale()
  let chart: EChartsType | null = null
  let watcher: ResizeObserver | null = null
  const offset = () => offsetOf(timeZone.value, cityNow())

  function paint(): void {
    const element = box.value
    if (!chart || !element) return
    const option = draw({ colour: (name) => token(name, element), offset: offset(), scale: scale.value })
    if (option) chart.setOption(option, { notMerge: true })
    else chart.clear()
  }
  onMounted(() => {
    if (!box.value) return
    chart = init(box.value, null, { renderer: 'canvas' })
    if (clicked) {
      chart.getZr().on('click', (event: { offsetX: number; offsetY: number }) => {
        const there = chart?.convertFromPixel({ seriesIndex: 0 }, [event.offsetX, event.offsetY]) as number[] | undefined
        if (there?.[0]) clicked(there[0] - offset())
      })
    }
    watcher = new ResizeObserver(() => {
      chart?.resize()
      paint()
    })
    watcher.observe(box.value)
    paint()
  })
  watch(() => [source(), language(), scale.value], paint, { flush: 'post' })
  onBeforeUnmount(() => {
    watcher?.disconnect()
    chart?.dispose()
  })
}

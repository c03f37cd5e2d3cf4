/** The screen that the cockpit fills: a wall whose picture scales with it, or a page of cards that scrolls. */
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

export const WALL = '(width >= 1200px) and (height >= 620px)'

/** Pixels for one pixel of the 1920 × 1080 picture; 1 on a page of cards. */
export function useScale() {
  const query = window.matchMedia(WALL)
  const isWall = ref(query.matches)
  const scale = ref(1)
  const measure = () => {
    isWall.value = query.matches
    scale.value = query.matches ? Math.min(window.innerWidth / 1920, window.innerHeight / 1080) : 1
  }
  measure()
  onMounted(() => window.addEventListener('resize', measure))
  onBeforeUnmount(() => window.removeEventListener('resize', measure))
  return { isWall, scale }
}

/** How many rows fit into a box; on a page of cards all of them. */
export function useFit(box: Ref<HTMLElement | undefined>) {
  const fits = ref(Number.POSITIVE_INFINITY)
  const query = window.matchMedia(WALL)
  const measure = () => {
    const row = box.value?.firstElementChild as HTMLElement | null | undefined
    if (!box.value || !row || !query.matches) return void (fits.value = Number.POSITIVE_INFINITY)
    const gap = Number.parseFloat(getComputedStyle(box.value).rowGap) || 0
    fits.value = Math.max(1, Math.floor((box.value.clientHeight + gap + 1) / (row.offsetHeight + gap)))
  }
  let watcher: ResizeObserver | null = null
  onMounted(() => {
    watcher = new ResizeObserver(measure)
    if (box.value) watcher.observe(box.value)
  })
  onBeforeUnmount(() => watcher?.disconnect())
  return { fits, measure }
}

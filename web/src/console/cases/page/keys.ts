/** Keys of the page, and whether it is narrow. Keys are for who is not writing and has no dialog open. */
import { onBeforeUnmount, onMounted, ref } from 'vue'

export function isWriting(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null
  return Boolean(element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)))
}

export function useShortcuts(keys: Record<string, () => unknown>, tab: (index: number) => unknown): void {
  function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return
    if (event.key !== 'Escape' && (isWriting(event.target) || document.querySelector('.el-overlay:not([style*="display: none"]) [aria-modal="true"]'))) return
    const act = keys[event.key]
    if (act) act()
    else if (/^[1-9]$/.test(event.key)) tab(Number(event.key))
    else return
    if (event.key !== 'Escape') event.preventDefault()
  }
  onMounted(() => window.addEventListener('keydown', press))
  onBeforeUnmount(() => window.removeEventListener('keydown', press))
}

/** Whether the page stands in one column, for one thumb. */
export function useNarrow() {
  const query = window.matchMedia('(width <= 1024px)')
  const narrow = ref(query.matches)
  const change = () => (narrow.value = query.matches)
  query.addEventListener('change', change)
  onBeforeUnmount(() => query.removeEventListener('change', change))
  return narrow
}

/** Walking a list by keyboard: j and k (or the arrows) move, Enter opens, space looks, / searches, Esc leaves. */
import { nextTick, onMounted, onUnmounted, ref } from 'vue'

interface ListKeys {
  count: () => number
  open: (index: number) => void
  look: (index: number) => void
  search: () => void
  /** The last row was passed: more may be there. */
  end?: () => void
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) || Boolean(target.closest('[role="dialog"]:not(.object-panel),[role="tree"],[role="listbox"],[role="combobox"]')))

export function useListKeys(list: ListKeys) {
  const at = ref(-1)

  function select(index: number): void {
    const last = list.count() - 1
    if (index > last) list.end?.()
    at.value = Math.max(Math.min(index, last), -1)
    void nextTick(() => document.querySelector(`[data-at="${at.value}"]`)?.scrollIntoView({ block: 'nearest' }))
  }

  function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return
    const isControl = event.target instanceof HTMLElement && ['A', 'BUTTON'].includes(event.target.tagName)
    const does: Record<string, () => void> = {
      j: () => select(at.value + 1), k: () => select(Math.max(at.value - 1, 0)), '/': list.search,
    }
    if (!isControl) Object.assign(does, { Enter: () => at.value >= 0 && list.open(at.value), ' ': () => at.value >= 0 && list.look(at.value) })
    const act = does[event.key]
    if (!act || ((event.key === 'Enter' || event.key === ' ') && at.value < 0)) return
    event.preventDefault()
    act()
  }

  onMounted(() => window.addEventListener('keydown', press))
  onUnmounted(() => window.removeEventListener('keydown', press))
  return { at, select }
}

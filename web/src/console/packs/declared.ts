import { titleOf } from '@/shared/i18n'

export interface Entry {
  path: string
  title: string
  value: unknown
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function titleIn(value: unknown): string {
  const title = isObject(value) ? value.title : undefined
  return isObject(title) ? titleOf(title as { zh?: string; en?: string }) : ''
}

/** The entries of a file of a pack, each with the place by which an adjustment names it: `rules/environment.pm25_high`. */
export function entriesOf(content: unknown): Entry[] {
  if (!isObject(content)) return []
  return Object.entries(content).flatMap(([group, inner]): Entry[] => {
    if (Array.isArray(inner)) {
      const named = inner.every((one) => isObject(one) && (one.key ?? one.code))
      if (named) return inner.map((one) => ({ path: `${group}/${String((one as Record<string, unknown>).key ?? (one as Record<string, unknown>).code)}`, title: titleIn(one), value: one }))
      return [{ path: group, title: '', value: inner }]
    }
    if (isObject(inner) && Object.values(inner).every(isObject)) return Object.entries(inner).map(([name, value]) => ({ path: `${group}/${name}`, title: titleIn(value), value }))
    return [{ path: group, title: titleIn(inner), value: inner }]
  })
}

/** What was typed as a value: JSON where it is JSON, else the text itself. */
export function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A value as it is shown: what is none is nothing. */
export function said(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value, null, typeof value === 'object' ? 2 : 0)
}

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(other ?? null)

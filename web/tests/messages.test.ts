import { describe, expect, it } from 'vitest'
import type { Messages, Texts } from '@/shared/i18n'
import { shared } from '@/shared/messages'

const files = import.meta.glob<{ default: Messages }>('../src/**/messages.ts', { eager: true })
const all: [string, Messages][] = [['shared', shared], ...Object.entries(files).filter(([, file]) => file.default).map(([path, file]) => [path, file.default] as [string, Messages])]

function flat(texts: Texts, before = ''): Map<string, string> {
  const found = new Map<string, string>()
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') found.set(before + key, value)
    else for (const [inner, text] of flat(value, `${before}${key}.`)) found.set(inner, text)
  }
  return found
}

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort()

describe.each(all)('%s', (_path, messages) => {
  const zh = flat(messages.zh)
  const en = flat(messages.en)

  it('says everything in both languages', () => {
    expect([...en.keys()].sort()).toEqual([...zh.keys()].sort())
    for (const text of [...zh.values(), ...en.values()]) expect(text.trim()).not.toBe('')
  })

  it('names the same values in both', () => {
    for (const [key, text] of zh) for (const form of (en.get(key) ?? '').split(' | ')) expect(places(form), key).toEqual(places(text))
  })

  it('has no Chinese in English', () => {
    for (const [key, text] of en) if (key !== 'common.language') expect(text, key).not.toMatch(/[\u4e00-\u9fff]/)
  })
})

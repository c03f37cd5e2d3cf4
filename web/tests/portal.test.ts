import { beforeEach, describe, expect, it } from 'vitest'
import { guessCategory, type Category } from '@/portal/parts/city'
import { far } from '@/portal/parts/far'
import partMessages from '@/portal/parts/messages'
import { requestKey } from '@/shared/chance'
import { addMessages } from '@/shared/i18n'
import { metresPerPixel, moved, toPlace, toWorld, viewOf, zoomed, type View } from '@/portal/map/projection'
import { forgetAll, forgetOne, mine, plainCode, remember } from '@/portal/parts/mine'

const view: View = { lon: 112.05, lat: 32.1, zoom: 14 }

describe('the projection of the map', () => {
  it('goes there and back', () => {
    for (const [lon, lat] of [[112.05, 32.1], [-77.03, 38.9], [0, 0], [179.9, -60]] as const) {
      const [back, up] = toPlace(...toWorld(lon, lat))
      expect(back).toBeCloseTo(lon, 9)
      expect(up).toBeCloseTo(lat, 9)
    }
  })

  it('moves by pixels and back again', () => {
    const there = moved(view, 300, -120)
    expect(there.lon).toBeGreaterThan(view.lon)
    expect(there.lat).toBeGreaterThan(view.lat)
    const back = moved(there, -300, 120)
    expect(back.lon).toBeCloseTo(view.lon, 9)
    expect(back.lat).toBeCloseTo(view.lat, 9)
  })

  it('keeps the point under the finger when it zooms', () => {
    const under = moved(view, 80, 40)
    const closer = moved(zoomed(view, 16, 80, 40), 80, 40)
    expect(closer.lon).toBeCloseTo(under.lon, 8)
    expect(closer.lat).toBeCloseTo(under.lat, 8)
  })

  it('shows a whole box', () => {
    const shown = viewOf([112.0, 32.0, 112.4, 32.2], 360, 300)
    const metres = metresPerPixel(shown)
    expect(metres * 360).toBeGreaterThan(37_000)
    expect(metres * 360).toBeLessThan(45_000)
    expect(shown.lon).toBeCloseTo(112.2, 6)
  })
})

describe('the category of a text', () => {
  const category = (key: string, keywords: string[]): Category => ({ key, keywords, icon: 'other', title: { zh: key, en: key } })
  const categories = [category('rubbish', ['垃圾']), category('dumping', ['建筑垃圾', 'dumping']), category('other', [])]

  it('is the one whose longest keyword stands in it', () => {
    expect(guessCategory('路边有垃圾', categories)?.key).toBe('rubbish')
    expect(guessCategory('有人倒建筑垃圾', categories)?.key).toBe('dumping')
    expect(guessCategory('Somebody is DUMPING here', categories)?.key).toBe('dumping')
    expect(guessCategory('说不清', categories)).toBeNull()
  })
})

describe('codes kept on a phone', () => {
  const one = { code: 'N2D3-30DX-HNFD-MMZJ-D4R3-AWWH-YS', text: 'x', kind: 'report' as const, at: '2026-03-02T01:00:00Z' }
  beforeEach(forgetAll)

  it('are kept once however they are written, and forgotten', () => {
    remember(one)
    remember({ ...one, code: plainCode(one.code) })
    expect(mine.value).toHaveLength(1)
    expect(localStorage.getItem('citybrain.portal.mine')).toContain('N2D3')
    forgetOne(one.code.toLowerCase())
    expect(mine.value).toHaveLength(0)
    forgetAll()
    expect(localStorage.getItem('citybrain.portal.mine')).toBeNull()
  })
})

it('makes request keys that nobody guesses and the API takes', () => {
  const keys = new Set(Array.from({ length: 500 }, requestKey))
  expect(keys.size).toBe(500)
  for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9_-]{32}$/)
})

describe('how far away', () => {
  it('is told in metres up to a kilometre, then roundly', () => {
    addMessages({ 'parts/messages.ts': { default: partMessages } })
    expect([50, 950, 1000, 1250, 2050, 12_400].map(far)).toEqual(['约 50 米', '约 950 米', '约 1 公里', '约 1.3 公里', '约 2 公里', '约 12 公里'])
  })
})

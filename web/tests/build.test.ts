import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { missing, partMissing, watchBuild } from '@/shared/build'
import { createMemoryHistory, createRouter } from 'vue-router'

const page = (entry: string) => `<!doctype html><html><head><script type="module" crossorigin src="${entry}"></script></head><body></body></html>`
const serves = (entry: string, status = 200) => vi.stubGlobal('fetch', vi.fn(async () => new Response(page(entry), { status })))

describe('a page that asks for a part that is gone', () => {
  const opened: string[] = []
  const open = (address: string) => void opened.push(address)

  beforeEach(() => {
    opened.length = 0
    sessionStorage.clear()
    const script = document.createElement('script')
    script.setAttribute('src', '/assets/console-old.js')
    vi.spyOn(document, 'querySelector').mockReturnValue(script) // in the document it would be loaded
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
    missing.value = ''
  })

  it('is opened again where its user wanted to be, once the platform was renewed', async () => {
    serves('/assets/console-new.js')
    expect(await partMissing('/console/audit', open)).toBe('reopening')
    expect(opened).toEqual(['/console/audit'])
  })

  it('is not opened again and again for the same build, and is for the next', async () => {
    serves('/assets/console-new.js')
    await partMissing('/console/audit', open)
    expect(await partMissing('/console/audit', open)).toBe('renewed')
    expect(opened).toHaveLength(1)
    serves('/assets/console-newest.js')
    expect(await partMissing('/console/audit', open)).toBe('reopening')
    expect(opened).toHaveLength(2)
  })

  it.each([
    ['the build is the same', () => serves('/assets/console-old.js')],
    ['the server does not answer', () => vi.stubGlobal('fetch', vi.fn(async () => Promise.reject(new TypeError('offline'))))],
    ['the pages are being built', () => serves('', 503)],
  ])('stays open and says so where %s', async (_, given) => {
    given()
    expect(await partMissing('/console/audit', open)).toBe('unreached')
    expect(opened).toEqual([])
  })

  it('is not opened again where the browser cannot count how often', async () => {
    serves('/assets/console-new.js')
    vi.stubGlobal('sessionStorage', { getItem: () => { throw new Error('forbidden') } })
    expect(await partMissing('/console/audit', open)).toBe('renewed')
    expect(opened).toEqual([])
  })

  it('hears of a page that does not come and of a part outside of any, and forgets with the next page', async () => {
    serves('/assets/console-old.js')
    const router = createRouter({
      history: createMemoryHistory(),
      routes: [{ path: '/', component: {} }, { path: '/audit', component: () => Promise.reject(new Error('gone')) }],
    })
    watchBuild(router)
    await router.push('/')
    await router.push('/audit').catch(() => undefined)
    await flushPromises()
    await vi.waitFor(() => expect(missing.value).toBe('unreached'))
    await router.push('/?again=1')
    expect(missing.value).toBe('')
    window.dispatchEvent(new Event('vite:preloadError'))
    await vi.waitFor(() => expect(missing.value).toBe('unreached'))
  })
})

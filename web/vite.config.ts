import vue from '@vitejs/plugin-vue'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin, type Rollup } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const target = process.env.CITYBRAIN_PAGES ?? here('../src/citybrain/site/pages/built')
const fresh = `${target}.new`

/** Beside every file of some size its .gz and .br, which the web process hands out as they are. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle(options) {
      const folder = join(options.dir ?? '', 'assets')
      for (const name of readdirSync(folder)) {
        if (!/\.(js|mjs|css|svg|json)$/.test(name)) continue
        const content = readFileSync(join(folder, name))
        if (content.length < 1024) continue
        writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }))
        const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content, { params }))
      }
    },
  }
}

/**
 * The whole build takes the place of the one before in one step: pages never name a file that is not there yet. It is
 * made beside it, and only a build that is whole gets there.
 */
function swapped(): Plugin {
  return {
    name: 'swapped',
    apply: 'build',
    writeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const old = `${target}.old`
        rmSync(old, { recursive: true, force: true })
        if (existsSync(target)) renameSync(target, old)
        renameSync(fresh, target)
        rmSync(old, { recursive: true, force: true })
      },
    },
  }
}

/** What is asked for by every page of the console before its first line is drawn. */
const ASKED_FIRST = ['/api/v1/platform', '/api/v1/session']
/** Pages that people wait for: whoever opens one by its address is told by the HTML what it will need. `*`: one part of a path. */
const EARLY: Record<string, { page: string; asks: string[] }> = {
  '/console/situation': { page: 'src/console/situation/SituationPage.vue', asks: [...ASKED_FIRST, '/api/v1/public/map'] },
  '/console/cases/*': { page: 'src/console/cases/CasePage.vue', asks: ASKED_FIRST },
  '/console/**': { page: '', asks: ASKED_FIRST },
}

/** Writes `early.json`: for each of these pages its modules, styles and first questions, which the web process puts into the HTML. */
function early(): Plugin {
  const styles = (chunk: Rollup.OutputChunk) => [...(chunk.viteMetadata?.importedCss ?? [])]
  return {
    name: 'early',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === 'chunk')
      const reach = (chunk: Rollup.OutputChunk, seen = new Set<Rollup.OutputChunk>()): Set<Rollup.OutputChunk> => {
        if (seen.has(chunk)) return seen
        seen.add(chunk)
        for (const one of chunks) if (chunk.imports.includes(one.fileName)) reach(one, seen)
        return seen
      }
      const entry = chunks.find((one) => one.isEntry && one.name === 'console')
      const known = entry ? reach(entry) : new Set<Rollup.OutputChunk>()
      const found = Object.entries(EARLY).map(([path, { page, asks }]) => {
        const own = chunks.find((one) => page && one.moduleIds.some((id) => id.endsWith(page)))
        if (page && !own) throw new Error(`early: ${page} is no page`)
        const needed = own ? [...reach(own)].filter((one) => !known.has(one)) : []
        return { path, modules: needed.map((one) => `/${one.fileName}`), styles: needed.flatMap(styles).map((one) => `/${one}`), asks }
      })
      this.emitFile({ type: 'asset', fileName: 'early.json', source: JSON.stringify(found) })
    },
  }
}

export default defineConfig({
  plugins: [vue(), compressed(), early(), swapped()],
  resolve: { alias: { '@': here('./src') } },
  build: {
    outDir: fresh,
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: { index: here('./index.html'), console: here('./console.html'), portal: here('./portal.html') },
      // Forty files of some hundred bytes wait for each other; what is this small comes with what needs it.
      output: { experimentalMinChunkSize: 12_000 },
    },
  },
  server: {
    proxy: { '/api': { target: process.env.CITYBRAIN_URL ?? 'http://127.0.0.1:8000', changeOrigin: true } },
  },
})

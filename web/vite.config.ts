import vue from '@vitejs/plugin-vue'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const target = process.env.CITYBRAIN_PAGES ?? here('../src/citybrain/site/pages/built')

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

export default defineConfig({
  plugins: [vue(), compressed()],
  resolve: { alias: { '@': here('./src') } },
  build: {
    outDir: target,
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: { index: here('./index.html'), console: here('./console.html'), portal: here('./portal.html') },
    },
  },
  server: {
    proxy: { '/api': { target: process.env.CITYBRAIN_URL ?? 'http://127.0.0.1:8000', changeOrigin: true } },
  },
})

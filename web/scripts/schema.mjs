// Writes src/shared/api/schema.d.ts from the API's own OpenAPI document; with --check it only says whether it drifted.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const python = process.env.CITYBRAIN_PYTHON ?? (existsSync(at('../../.venv/bin/python')) ? at('../../.venv/bin/python') : 'python3')
const document = execFileSync(python, [at('../../scripts/openapi.py')], { maxBuffer: 1 << 28, encoding: 'utf-8' })
const text = `// Written by scripts/schema.mjs from /api/openapi.json: do not edit.\n${astToString(await openapiTS(JSON.parse(document)))}`
const file = at('../src/shared/api/schema.d.ts')

if (!process.argv.includes('--check')) writeFileSync(file, text)
else if (!existsSync(file) || readFileSync(file, 'utf-8') !== text) {
  process.stderr.write('schema.d.ts is not what the API says now. Run: npm run schema (in web/)\n')
  process.exit(1)
}

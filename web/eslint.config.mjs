import { defineConfigWithVueTs, vueTsConfigs } from '@vue/eslint-config-typescript'
import vue from 'eslint-plugin-vue'

const HAN = '[\\u4e00-\\u9fff]'
const border = (from, forbidden, why) => ({
  files: [`src/${from}/**/*.{ts,vue}`],
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: forbidden, message: why }] }] },
})

export default defineConfigWithVueTs(
  { ignores: ['node_modules/', 'src/shared/api/schema.d.ts', '../src/'] },
  vue.configs['flat/recommended'],
  vueTsConfigs.recommended,
  {
    rules: {
      'max-lines': ['error', { max: 500 }],
      'no-console': 'error',
      eqeqeq: 'error',
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
      'vue/no-v-html': 'error',
      'vue/require-default-prop': 'off',
    },
  },
  { files: ['**/*.vue'], rules: { 'max-lines': ['error', { max: 250 }] } },
  {
    files: ['src/**/*.{ts,vue}'],
    ignores: ['src/**/messages.ts', 'src/**/messages/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: `Literal[value=/${HAN}/]`, message: 'Texts live in messages.ts, in zh and en.' },
        { selector: `TemplateElement[value.raw=/${HAN}/]`, message: 'Texts live in messages.ts, in zh and en.' },
      ],
      'vue/no-bare-strings-in-template': ['error', { allowlist: ['·', '—', '–', '-', '/', '…', ':', '%', '(', ')', '×', '→', '←', '|', ',', '.', '+', '#', '≈', '≥', '≤', '°', '@', '*', '●', '▲', '■', '◆', '▼', '✓', '✕', '☰', 'CityBrain'] }],
    },
  },
  border('shared', ['@/console/*', '@/portal/*', '@/entry/*', '**/console/**', '**/portal/**'], 'shared knows no page: move what both need here.'),
  border('console', ['@/portal/*', '@/entry/*', '**/portal/**'], 'Console and portal meet only in shared.'),
  border('portal', ['@/console/*', '@/entry/*', '**/console/**', 'element-plus', 'echarts*', 'maplibre-gl'], 'The portal stays light: no console, no Element Plus, ECharts or MapLibre.'),
  border('entry', ['@/console/*', '@/portal/*', 'element-plus', 'echarts*', 'maplibre-gl'], 'The entry page stays light.'),
)

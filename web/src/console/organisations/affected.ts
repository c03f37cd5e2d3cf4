/** What a change of an organisation touches: said before it is done. */
import { api, ask, type Schemas } from '@/shared/api/client'
import { about, number } from '@/shared/format'
import { t } from '@/shared/i18n'
import { may } from '@/shared/session'

export type Detail = Schemas['OrganisationDetail']
export type Line = Schemas['ResponsibilityShown']
const MOST = 500

/** Its open cases, those of organisations below too; null where one may not see cases. */
export async function openCases(code: string, signal?: AbortSignal): Promise<Schemas['AboutShown'] | null> {
  if (!may('case.read')) return null
  return ask(api.GET('/api/v1/cases/count', { params: { query: { organisation: code, is_open: true } }, ...(signal ? { signal } : {}) }))
}

/** The lines of the responsibility list that name it and hold now. */
export async function linesOf(code: string, signal?: AbortSignal): Promise<Schemas['ResponsibilityShown'][]> {
  if (!may('case.read')) return []
  const query = { organisation: code, in_force: true, limit: MOST }
  return (await ask(api.GET('/api/v1/responsibilities', { params: { query }, ...(signal ? { signal } : {}) }))).items
}

export interface Affected {
  /** Active organisations below it. */
  parts: string
  hasParts: boolean
  cases: string
  hasCases: boolean
  lines: number
}

export async function affectedBy(one: Detail): Promise<Affected> {
  const below = () => ask(api.GET('/api/v1/parties/organisations', { params: { query: { under: one.path, limit: MOST } } }))
  const [tree, cases, lines] = await Promise.all([below(), openCases(one.code), linesOf(one.code)])
  const parts = tree.items.filter((other) => other.code !== one.code).length
  return {
    parts: tree.next ? t('common.aboutMore', { n: number(parts) }) : number(parts),
    hasParts: parts > 0,
    cases: cases ? about(cases) : t('organisations.unknownCount'),
    hasCases: cases === null || cases.count > 0,
    lines: lines.length,
  }
}

/** What it means to put it below another one; empty where that is not possible, with the reason in `refused`. */
export function moveWords(one: Detail, to: { path: string; name: string; code: string } | null, touched: Affected | null): { lines: string[]; refused: string } {
  if (!to) return { lines: [], refused: t('organisations.movePick') }
  if (to.path.startsWith(one.path)) return { lines: [], refused: t('organisations.moveBelow') }
  if (to.code === one.parent) return { lines: [], refused: t('organisations.moveSame') }
  const from = one.above.at(-1)?.name ?? one.parent ?? ''
  return {
    refused: '',
    lines: [
      t('organisations.moveWhat', { name: one.name, with: touched?.hasParts ? t('organisations.withParts', { n: touched.parts }) : '', to: to.name }),
      t('organisations.moveDuties', { cases: touched?.cases ?? t('organisations.unknownCount') }),
      ...(from ? [t('organisations.moveSight', { from, to: to.name })] : []),
    ],
  }
}

export function closeWords(touched: Affected): { lines: string[]; refused: string } {
  if (touched.hasParts) return { lines: [], refused: t('organisations.closeParts', { n: touched.parts }) }
  return {
    refused: '',
    lines: [
      touched.hasCases ? t('organisations.closeCases', { n: touched.cases }) : t('organisations.closeNoCases'),
      touched.lines ? t('organisations.closeLines', { n: touched.lines }) : t('organisations.closeNoLines'),
      t('organisations.closeRest'),
    ],
  }
}

/** Regions, organisations and kinds of case as trees, and their names by code. */
import { api, ask, type Schemas } from '@/shared/api/client'
import { titleOf, type Title } from '@/shared/i18n'
import { shallowReactive } from 'vue'
import { codesOf, sourceOf, type TreeNode, type TreeSource } from './tree'

export type TreeKind = 'region' | 'organisation' | 'caseType'
const MOST = 500

interface PageOf<T> {
  items: T[]
  next?: string | null
}

/** Every page of a list, up to 2,000 rows: more than that is searched for, not scrolled. */
async function everyPage<T>(get: (after?: string) => Promise<PageOf<T>>): Promise<T[]> {
  const rows: T[] = []
  let after: string | undefined
  do {
    const page = await get(after)
    rows.push(...page.items)
    after = page.next ?? undefined
  } while (after && rows.length < 4 * MOST)
  return rows
}

let levels: Promise<Map<string, Title>> | null = null
const levelNames = () =>
  (levels ??= ask(api.GET('/api/v1/places/city')).then(
    (city) => new Map(city.levels.map((level) => [level.key, { zh: level.zh, en: level.en }])),
    () => new Map<string, Title>(),
  ))

async function regionNode(region: Schemas['RegionSummary']): Promise<TreeNode> {
  const title = { zh: region.name, en: region.name_en }
  return remember('region', { code: region.code, title, path: region.path, hasParts: region.has_parts, note: titleOf((await levelNames()).get(region.level)) })
}

export function organisationNode(one: Schemas['OrganisationSummary']): TreeNode {
  const title = { zh: one.name, en: one.name_en }
  return remember('organisation', { code: one.code, title, path: one.path, hasParts: one.has_parts, isClosed: !one.is_active })
}

function typeNode(kind: Schemas['CaseTypeShown'], all: Schemas['CaseTypeShown'][]): TreeNode {
  const hasParts = all.some((other) => other.parent === kind.code)
  return remember('caseType', { code: kind.code, title: kind.title as Title, path: kind.path, hasParts, isClosed: !kind.is_active })
}

type RegionsQuery = { parent?: string; search?: string; code?: string[]; limit?: number; after?: string | undefined }
const regions = (query: RegionsQuery) => ask(api.GET('/api/v1/places/regions', { params: { query } })) as Promise<PageOf<Schemas['RegionSummary']>>
const organisations = (query: RegionsQuery) =>
  ask(api.GET('/api/v1/parties/organisations', { params: { query } })) as Promise<PageOf<Schemas['OrganisationSummary']>>

export const regionSource: TreeSource = {
  children: async (parent) => Promise.all((await everyPage((after) => regions({ parent, limit: MOST, after }))).map(regionNode)),
  search: async (search) => Promise.all((await regions({ search, limit: 100 })).items.map(regionNode)),
  find: async (code) => Promise.all((await regions({ code: [code] })).items.map(regionNode)).then((found) => found[0] ?? null),
}

export const organisationSource: TreeSource = {
  children: async (parent) => (await everyPage((after) => organisations({ parent, limit: MOST, after }))).map(organisationNode),
  search: async (search) => (await organisations({ search, limit: 100 })).items.map(organisationNode),
  find: async (code) => (await organisations({ code: [code] })).items.map(organisationNode)[0] ?? null,
}

let types: Promise<TreeNode[]> | null = null
/** Every kind of case, retired ones too (they are not offered, but old lines name them). */
export function caseTypes(): Promise<TreeNode[]> {
  types ??= ask(api.GET('/api/v1/case-types', { params: { query: { retired: true } } })).then((all) => all.map((kind) => typeNode(kind, all)))
  types.catch(() => (types = null))
  return types
}
export function forgetCaseTypes(): void {
  types = null
}

const present = sourceOf(async () => (await caseTypes()).filter((node) => !node.isClosed))
export const caseTypeSource: TreeSource = { ...present, find: async (code) => (await caseTypes()).find((node) => node.code === code) ?? null }

export const sources: Record<TreeKind, TreeSource> = { region: regionSource, organisation: organisationSource, caseType: caseTypeSource }

// Names by code: asked for by whoever shows a code; the codes of one moment are one request.
const known = shallowReactive(new Map<string, TreeNode | null>())
const waiting: Record<TreeKind, Set<string>> = { region: new Set(), organisation: new Set(), caseType: new Set() }
let planned = false

function remember(kind: TreeKind, node: TreeNode): TreeNode {
  known.set(`${kind}/${node.code}`, node)
  return node
}

async function fetchNodes(kind: TreeKind, codes: string[]): Promise<void> {
  try {
    if (kind === 'caseType') await caseTypes()
    else
      for (let at = 0; at < codes.length; at += 200) {
        const code = codes.slice(at, at + 200)
        if (kind === 'region') await Promise.all((await regions({ code, limit: MOST })).items.map(regionNode))
        else (await organisations({ code, limit: MOST })).items.map(organisationNode)
      }
  } catch {
    return // the code itself is shown; the next page that asks tries again
  }
  for (const code of codes) if (!known.get(`${kind}/${code}`)) known.set(`${kind}/${code}`, null)
}

function flush(): void {
  planned = false
  for (const kind of Object.keys(waiting) as TreeKind[]) {
    const codes = [...waiting[kind]]
    waiting[kind].clear()
    if (codes.length) void fetchNodes(kind, codes)
  }
}

/** What is known of a code; asks for it when nothing is, and is reactive. `null`: there is no such one. */
export function nodeOf(kind: TreeKind, code: string | null | undefined): TreeNode | null | undefined {
  if (!code) return null
  const node = known.get(`${kind}/${code}`)
  if (node === undefined) {
    waiting[kind].add(code)
    if (!planned) {
      planned = true
      queueMicrotask(flush)
    }
  }
  return node
}

/** The name of a code in the reader's language; the code itself until (or unless) it is known. */
export function nameOf(kind: TreeKind, code: string | null | undefined): string {
  return code ? titleOf(nodeOf(kind, code)?.title) || code : ''
}

/** The names along a path, from the root down; `skip` leaves out as many at the top (the city itself). */
export function pathNames(kind: TreeKind, path: string | null | undefined, skip = 0): string[] {
  return codesOf(path ?? '').slice(skip).map((code) => nameOf(kind, code))
}

/** The name of the last code of a path: the subtree of a duty. */
export function endName(kind: TreeKind, path: string | null | undefined): string {
  return nameOf(kind, codesOf(path ?? '').at(-1))
}

/** After a change: what was known of organisations is asked for again. */
export function forget(kind: TreeKind): void {
  for (const key of [...known.keys()]) if (key.startsWith(`${kind}/`)) known.delete(key)
  if (kind === 'caseType') forgetCaseTypes()
}

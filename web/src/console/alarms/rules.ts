/** The rules and thing models of the city: few, and asked for by many pieces of a page. */
import { api, ask, type Schemas } from '@/shared/api/client'
import type { Declared } from '@/shared/charts/series'

export type Rule = Schemas['RuleShown']

export async function allRules(model = ''): Promise<Rule[]> {
  const found: Rule[] = []
  let after: string | undefined
  do {
    const page = await ask(api.GET('/api/v1/alarms/rules', { params: { query: { limit: 500, after, ...(typeof model === 'string' && model ? { model } : {}) } } }))
    found.push(...page.items)
    after = page.next ?? undefined
  } while (after)
  return found
}

let models: Promise<Schemas['ModelSummary'][]> | null = null
/** Thing models change when a pack is loaded: asked for once a page. */
export function allModels(isFresh = false): Promise<Schemas['ModelSummary'][]> {
  if (!models || isFresh) {
    models = ask(api.GET('/api/v1/things/models'))
    models.catch(() => (models = null))
  }
  return models
}

export function declaredIn(all: readonly Schemas['ModelSummary'][] | null | undefined, model: string, property: string): Declared | undefined {
  return (all?.find((one) => one.key === model)?.properties as Record<string, Declared> | undefined)?.[property]
}

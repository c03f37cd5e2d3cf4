/** Taking a step: the request, what a conflict means, and the draft that goes once it is taken. */
import { api, ask } from '@/shared/api/client'
import { t } from '@/shared/i18n'
import { titleOf } from '@/shared/i18n'
import { useAction } from '@/shared/load'
import { ElMessage } from 'element-plus'
import { bodyOf, type Case, type Step, type Values } from './steps'
import type { CasePage } from './useCase'

export function useTakeStep(page: CasePage) {
  return useAction(async (step: Step, values: Values, revision: number): Promise<boolean> => {
    try {
      page.take(await send(page.number, step, values, revision))
    } catch (problem) {
      // What the refusal speaks of may be what changed: the newest state stands beside the words.
      void page.refresh()
      throw problem
    }
    ElMessage.success(t('casepage.done', { step: titleOf(step.title) }))
    return true
  })
}

/** A duplicate that names the other case takes its reports there; everything else is a step of the loop. */
async function send(number: string, step: Step, values: Values, revision: number): Promise<Case> {
  if (values.into && step.verb === 'end') {
    await ask(api.POST('/api/v1/cases/{number}/merge', { params: { path: { number } }, body: { case: values.into, reason: values.reason } }))
    return ask(api.GET('/api/v1/cases/{number}', { params: { path: { number } } }))
  }
  return ask(api.POST('/api/v1/cases/{number}/actions/{key}', { params: { path: { number, key: step.key } }, body: bodyOf(step, values, revision) }))
}

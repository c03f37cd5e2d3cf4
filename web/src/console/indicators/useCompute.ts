/** Computing now: asked for, waited for where the viewer may look at jobs, and what is shown is read again. */
import { api, ask } from '@/shared/api/client'
import { t } from '@/shared/i18n'
import { useAction } from '@/shared/load'
import { may } from '@/shared/session'
import { ElMessage } from 'element-plus'

const WAIT_MS = 1000
const TRIES = 60
const pause = (milliseconds: number) => new Promise((resolve) => window.setTimeout(resolve, milliseconds))

async function outcome(number: number): Promise<string> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const run = await ask(api.GET('/api/v1/jobs/runs/{number}', { params: { path: { number } } }))
    if (run.state === 'done' || run.state === 'failed') return run.state
    await pause(WAIT_MS)
  }
  return ''
}

export function useCompute(keys: () => string[], refresh: () => unknown) {
  return useAction(async () => {
    const { job } = await ask(api.POST('/api/v1/indicators/compute', { body: { keys: keys() } }))
    if (!may('job.read')) {
      ElMessage.success(t('indicators.computing'))
      await pause(5 * WAIT_MS)
    } else {
      const state = await outcome(job)
      if (state === 'failed') ElMessage.error(t('indicators.computeFailed'))
      else ElMessage.success(t(state ? 'indicators.computed' : 'indicators.computing'))
    }
    await refresh()
  })
}

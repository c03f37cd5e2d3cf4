/** What jobs and recorded actions are called; the code itself where nobody gave it a name. */
import { titleOf, type Title } from '@/shared/i18n'
import actions from './actions.json'
import jobs from './jobs.json'

const wordsOf = (names: Record<string, Title>, code: string): string => titleOf(names[code]) || code

export const ACTIONS = Object.keys(actions)
export const jobName = (code: string): string => wordsOf(jobs, code)
export const actionName = (code: string): string => wordsOf(actions, code)

/** Making a report now, and saying whether anything has changed since the last one. */
import { api, ask, type Schemas } from '@/shared/api/client'
import { t } from '@/shared/i18n'
import { ElMessage } from 'element-plus'

export async function make(wanted: Schemas['ReportWanted']): Promise<Schemas['ReportShown']> {
  const answer = api.POST('/api/v1/reports/builds', { body: wanted })
  const report = await ask(answer)
  const isNew = (await answer).response.status === 201
  if (isNew) ElMessage.success(t('reports.made1'))
  else ElMessage.info(t('reports.unchanged', { n: report.version }))
  return report
}

/** Where a file of a report is fetched from, in the reader's language. */
export const fileOf = (id: number | string, format: 'pdf' | 'xlsx', language: string) => `/api/v1/reports/${id}/${format}?language=${language}`

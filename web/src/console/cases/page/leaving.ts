/** Asks before something begun is left; what was written stays as a draft either way. */
import { t } from '@/shared/i18n'
import { ElMessageBox } from 'element-plus'

export async function confirmLeave(isDirty: boolean): Promise<boolean> {
  if (!isDirty) return true
  return ElMessageBox.confirm(t('casepage.leaveDraft'), { confirmButtonText: t('casepage.leave'), cancelButtonText: t('casepage.stay'), type: 'warning', showClose: false }).then(
    () => true,
    () => false,
  )
}

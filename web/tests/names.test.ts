import { afterEach, describe, expect, it } from 'vitest'
import { setLanguage } from '@/shared/i18n'
import { caseTitle, organisationOf, placeName } from '@/shared/names'

describe('names in two languages', () => {
  afterEach(() => setLanguage('zh'))

  it('are read in the language of the reader', () => {
    const row = { organisation_name: '市城管执法委', organisation_name_en: 'City Management', title: '水位高', title_en: 'High water' }
    expect([organisationOf(row), caseTitle(row)]).toEqual(['市城管执法委', '水位高'])
    setLanguage('en')
    expect([organisationOf(row), caseTitle(row)]).toEqual(['City Management', 'High water'])
  })

  it('are never blank in English where only the Chinese one is there', () => {
    setLanguage('en')
    expect(organisationOf({ organisation_name: '市城管执法委', organisation_name_en: '' })).toBe('市城管执法委')
    expect(caseTitle({ title: '路灯不亮' })).toBe('路灯不亮')
    expect(organisationOf({ organisation_name: null, organisation_name_en: '' })).toBe('')
  })

  it('says a district once, whether the address names it or not', () => {
    expect(placeName(['南浦区', '白鹭街道'], '南浦区白鹭街道雁栖路633号')).toBe('南浦区 白鹭街道 · 雁栖路633号')
    expect(placeName(['南浦区'], '雁栖路633号')).toBe('南浦区 · 雁栖路633号')
    expect(placeName(['南浦区', ''], '')).toBe('南浦区')
  })
})

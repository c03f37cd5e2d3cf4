/** Duties and permissions as people read them. */
import { endName, pathNames } from '@/console/parts/sources'
import { codesOf } from '@/console/parts/tree'
import { api, ask, type Schemas } from '@/shared/api/client'
import { date } from '@/shared/format'
import { i18n, t, titleOf } from '@/shared/i18n'
import { me } from '@/shared/session'
import { shallowReactive, shallowRef } from 'vue'
import { abilitiesOf, BY_ASSIGNMENT, carried, type Reach } from './abilities'

export type Role = Schemas['RoleShown']
export type Duty = Schemas['DutyShown']

const roles = shallowRef<Role[] | null>(null)
let asked = false

/** The roles there are; asked for once, and reactive. */
export function allRoles(): Role[] {
  if (!roles.value && !asked) {
    asked = true
    ask(api.GET('/api/v1/roles')).then((all) => (roles.value = all), () => (asked = false))
  }
  return roles.value ?? []
}

export const roleOf = (key: string): Role | undefined => allRoles().find((role) => role.key === key)
export const roleName = (key: string): string => titleOf(roleOf(key)) || key

/** An organisation subtree in words: its name, and the one above where that helps. */
export function organisationWords(path: string): string {
  return path === '/' ? t('users.everyOrganisation') : endName('organisation', path)
}

/** A region subtree in words, from below the city down. */
export function regionWords(path: string): string {
  if (path === '/') return t('users.wholeCity')
  return pathNames('region', path, codesOf(path).length > 1 ? 1 : 0).join(' / ')
}

export const listed = (words: string[]): string => words.join(t('users.comma') + (i18n.global.locale.value === 'en' ? ' ' : ''))

export function permissionWord(permission: string): string {
  const key = `users.permission.${permission}`
  return i18n.global.te(key) ? t(key) : permission
}

interface Planned extends Reach {
  name: string
  role: Role
  level: number
  until: string | null
}

/** One sentence: who may do what where, how deep he reads, until when; a second one for what follows assignments. */
export function sentenceOf(plan: Planned): string {
  const permissions = carried(plan.role.permissions, plan)
  const abilities = abilitiesOf(permissions)
  const named = (isWork: boolean) => listed(abilities.filter((one) => one.isWork === isWork).map((one) => t(`users.group.${one.group}`)))
  const does = named(true)
  const sees = named(false)
  const said = t(does && sees ? 'users.sentence.both' : does ? 'users.sentence.does' : 'users.sentence.sees', {
    name: plan.name, role: titleOf(plan.role) || plan.role.key, organisation: organisationWords(plan.organisation), region: regionWords(plan.region), does, sees,
    level: t(`users.level.${plan.level}`), until: plan.until ? t('users.sentence.until', { date: date(plan.until) }) : t('users.sentence.forGood'),
  })
  if (plan.organisation === '/' || !permissions.includes(BY_ASSIGNMENT)) return said
  return `${said} ${t('users.sentence.assigned', { organisation: organisationWords(plan.organisation) })}`
}

export type DutyState = 'present' | 'future' | 'ended' | 'revoked'

export function stateOf(duty: Duty, now: number): DutyState {
  if (duty.revoked_at) return 'revoked'
  if (duty.valid_to && Date.parse(duty.valid_to) <= now) return 'ended'
  return duty.valid_from && Date.parse(duty.valid_from) > now ? 'future' : 'present'
}

export const isPast = (state: DutyState): boolean => state === 'ended' || state === 'revoked'

const people = shallowReactive(new Map<string, string>())
/** Who did it, by the key under which it is kept: a person's name, a token, the platform. */
export function actorWord(key: string): string {
  const [kind = '', id = ''] = key.split(':')
  if (kind !== 'user') return t(kind === 'token' ? 'users.by.token' : 'users.by.system', { id })
  if (me.value?.kind === 'user' && String(me.value.id) === id) return me.value.label
  if (!people.has(id)) {
    people.set(id, '')
    ask(api.GET('/api/v1/users/{user_id}', { params: { path: { user_id: Number(id) } } })).then(
      (user) => people.set(id, user.display_name || user.username),
      () => undefined,
    )
  }
  return people.get(id) || t('users.by.user', { id })
}

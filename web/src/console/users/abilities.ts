/** What a role lets somebody do, in groups that people know; and what of it a duty for a part of the city leaves out. */
export const GROUPS = {
  cases: ['case.read', 'case.open', 'case.dispatch', 'case.handle', 'case.verify', 'case.supervise', 'case.end', 'trace.read'],
  reports: ['signal.read', 'signal.report', 'signal.merge', 'picture.check', 'person.reveal'],
  alarms: ['alarm.read', 'alarm.acknowledge'],
  things: ['thing.read', 'thing.write', 'telemetry.read', 'observation.write', 'definition.write'],
  shifts: ['handover.read', 'handover.write', 'shift.write', 'notice.read', 'live.read'],
  city: ['place.read', 'place.write', 'party.read', 'party.write', 'responsibility.write', 'indicator.read', 'indicator.compute', 'pack.read', 'pack.write', 'file.read', 'file.write', 'capability.call'],
  accounts: ['account.read', 'account.write', 'token.write', 'audit.read'],
  running: ['job.read', 'job.write', 'bus.read', 'bus.write'],
} as const

export type Group = keyof typeof GROUPS | 'other'

/** What has neither place nor owner: only a duty over the whole city carries it. */
export const CITYWIDE: readonly string[] = ['audit.read', 'bus.read', 'bus.write', 'definition.write', 'indicator.compute', 'job.read', 'job.write', 'pack.write']

/** What an assignment itself entitles to: wherever the case lies. */
export const BY_ASSIGNMENT = 'case.handle'

const LOOKS = /\.read$/
/** Small things that everybody has beside his work: they do not make a group something he works on. */
const ASIDE = new Set(['file.write', 'capability.call'])

export interface Ability {
  group: Group
  permissions: string[]
  /** Whether it is more than looking. */
  isWork: boolean
}

export interface Reach {
  organisation: string
  region: string
}

export const isWhole = (reach: Reach): boolean => reach.organisation === '/' && reach.region === '/'

/** The permissions that a role carries there. */
export function carried(permissions: readonly string[], reach: Reach): string[] {
  return isWhole(reach) ? [...permissions] : permissions.filter((one) => !CITYWIDE.includes(one))
}

export function leftOut(permissions: readonly string[], reach: Reach): string[] {
  return isWhole(reach) ? [] : permissions.filter((one) => CITYWIDE.includes(one))
}

export function abilitiesOf(permissions: readonly string[]): Ability[] {
  const held = new Set(permissions)
  const found: Ability[] = []
  const add = (group: Group, some: readonly string[]) => {
    if (some.length) found.push({ group, permissions: [...some], isWork: some.some((one) => !LOOKS.test(one) && !ASIDE.has(one)) })
  }
  for (const [group, all] of Object.entries(GROUPS)) {
    const some = all.filter((one) => held.has(one))
    for (const one of some) held.delete(one)
    add(group as Group, some)
  }
  add('other', [...held].sort())
  return found
}

/** Whether somebody who holds `mine` could give a role with these permissions: nobody gives more than he has. */
export function mayGive(permissions: readonly string[], mine: (permission: string) => boolean): boolean {
  return permissions.every(mine)
}

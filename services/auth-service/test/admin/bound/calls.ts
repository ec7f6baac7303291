import type { administratorOf, TestService } from '../../support/auth-service.ts'
import type { Act } from './rule.ts'

export type Request = readonly [method: string, url: string, body?: object | undefined]

/** One thing that a call acts on. */
export type Target = Act & {
  readonly title: string
  /** Makes it anew: a call that is done uses it up. */
  prepare(): Promise<Prepared>
}

export type Prepared = {
  readonly request: Request
  /** All that the call could change. */
  state(): Promise<unknown>
}

/** A call with a body of one kind. */
export type Row = {
  /** As OpenAPI names it. */
  readonly route: string
  readonly title: string
  targets(): Promise<Target[]>
}

export type World = {
  readonly auth: TestService
  readonly asAdmin: Awaited<ReturnType<typeof administratorOf>>
  /** The scopes that these roles give together, today. */
  scopesOf(roles: readonly string[]): Promise<string[]>
  /** A new number each time. */
  next(): number
}

export const OWN_SCOPE = 'payroll:read'

/** A company's own roles. */
const OWN_ROLES = { guest: [], clerk: ['profile', OWN_SCOPE], officer: ['users:disable', 'audit:read'] }

export async function createWorld(auth: TestService, asAdmin: World['asAdmin']): Promise<World> {
  let count = 0
  await asAdmin('PUT', `/admin/scopes/${OWN_SCOPE}`, { description: 'For tests' })
  for (const [name, scopes] of Object.entries(OWN_ROLES))
    await asAdmin('PUT', `/admin/roles/${name}`, { description: 'For tests', scopes })
  return {
    auth,
    asAdmin,
    next: () => ++count,
    async scopesOf(roles) {
      const all = await Promise.all(roles.map(async (role) => (await asAdmin('GET', `/admin/roles/${role}`)).json()))
      return [...new Set(all.flatMap(({ scopes }) => scopes as string[]))]
    },
  }
}

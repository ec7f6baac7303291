import { ADMIN_DESCRIPTION, ADMIN_ROLE, BUILT_IN_ROLES, BUILT_IN_SCOPES } from './built-in.ts'

/** What a call may need: services decide by scope alone. */
export type Scope = {
  readonly name: string
  readonly description: string
  readonly isBuiltIn: boolean
  /** Whether the policy of the settings names it: then no call changes it. */
  readonly isConfigured: boolean
}

/** A named set of scopes. */
export type Role = Scope & {
  /** In the order of {@link Policy.scopes}. */
  readonly scopes: readonly string[]
}

/** Every scope and role, by name: the built-in ones first, then those of the company in the order of their names. */
export type Policy = {
  /** One more with each change; `pol` in access tokens. */
  readonly version: number
  readonly scopes: ReadonlyMap<string, Scope>
  readonly roles: ReadonlyMap<string, Role>
  /** The scopes that these roles give together, each once, in the order of {@link Policy.scopes}. Unknown roles give none. */
  scopesOf(roles: readonly string[]): readonly string[]
  /** Those of these scopes that the policy of an earlier version had, too. */
  scopesAt(version: number): readonly string[]
}

export type OwnScope = Omit<Scope, 'isBuiltIn'> & {
  /** The version of the policy that it came with. */
  readonly since: number
}
export type OwnRole = Omit<Role, 'isBuiltIn'>

type OwnPolicy = {
  readonly version: number
  readonly scopes: readonly OwnScope[]
  readonly roles: readonly OwnRole[]
}

const BUILT_IN = { isBuiltIn: true, isConfigured: false }

/** The built-in policy and a company's own. */
export function createPolicy({ version, scopes: ownScopes, roles: ownRoles }: OwnPolicy): Policy {
  const scopes = new Map<string, Scope>()
  for (const [name, description] of Object.entries(BUILT_IN_SCOPES))
    scopes.set(name, { name, description, ...BUILT_IN })
  for (const { since: _, ...scope } of ownScopes.toSorted(byName))
    scopes.set(scope.name, { ...scope, isBuiltIn: false })

  const inOrder = (names: readonly string[]): string[] => [...scopes.keys()].filter((name) => names.includes(name))
  const roles = new Map<string, Role>()
  for (const [name, role] of Object.entries(BUILT_IN_ROLES)) roles.set(name, { name, ...role, ...BUILT_IN })
  roles.set(ADMIN_ROLE, { name: ADMIN_ROLE, description: ADMIN_DESCRIPTION, scopes: [...scopes.keys()], ...BUILT_IN })
  for (const role of ownRoles.toSorted(byName)) {
    roles.set(role.name, { ...role, scopes: inOrder(role.scopes), isBuiltIn: false })
  }

  return {
    version,
    scopes,
    roles,
    scopesOf(names) {
      const [name, ...more] = names
      if (name !== undefined && more.length === 0) return roles.get(name)?.scopes ?? []
      return inOrder(names.flatMap((each) => roles.get(each)?.scopes ?? []))
    },
    scopesAt(version) {
      const newer = ownScopes.filter(({ since }) => since > version).map(({ name }) => name)
      return [...scopes.keys()].filter((name) => !newer.includes(name))
    },
  }
}

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name < other.name ? -1 : 1

/** Names of the roles that hold this scope. */
export const rolesWith = ({ roles }: Policy, scope: string): string[] =>
  [...roles.values()].filter(({ scopes }) => scopes.includes(scope)).map(({ name }) => name)

export const BUILT_IN_POLICY: Policy = createPolicy({ version: 1, scopes: [], roles: [] })

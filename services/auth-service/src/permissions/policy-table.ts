import type { Generated, Selectable } from 'kysely'
import type { OwnRole, OwnScope } from './policy.ts'

/** One row, which every change of the policy locks. */
export type PolicyTable = {
  id: Generated<boolean>
  version: number
  /** Of the policy of the settings that was put in place last. */
  file_version: number
}

type NamedTable = { name: string; description: string; configured: boolean }

/** `since`: the version of the policy that it came with. */
export type ScopeTable = NamedTable & { since: number }

export type RoleTable = NamedTable & { scopes: string[] }

/** From which version of the policy on each role holds less than in the one before, or a scope is no more. */
export type NarrowingTable = { kind: 'role' | 'scope'; name: string; pol: number; narrowed_at: Date }

export const toOwnScope = ({ name, description, configured, since }: Selectable<ScopeTable>): OwnScope => ({
  name,
  description,
  isConfigured: configured,
  since,
})

export const toOwnRole = ({ name, description, configured, scopes }: Selectable<RoleTable>): OwnRole => ({
  name,
  description,
  isConfigured: configured,
  scopes,
})

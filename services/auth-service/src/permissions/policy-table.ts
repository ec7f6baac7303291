import type { Generated, Selectable } from 'kysely'
import type { Role, Scope } from './policy.ts'

/** One row, which every change of the policy locks. */
export type PolicyTable = {
  id: Generated<boolean>
  version: number
  /** Of the policy of the settings that was put in place last. */
  file_version: number
}

export type ScopeTable = { name: string; description: string; configured: boolean }

export type RoleTable = ScopeTable & { scopes: string[] }

/** From which version of the policy on each role holds less than in the one before, or a scope is no more. */
export type NarrowingTable = { kind: 'role' | 'scope'; name: string; pol: number; narrowed_at: Date }

type OwnScope = Omit<Scope, 'isBuiltIn'>
type OwnRole = Omit<Role, 'isBuiltIn'>

export const toOwnScope = ({ name, description, configured }: Selectable<ScopeTable>): OwnScope => ({
  name,
  description,
  isConfigured: configured,
})

export const toOwnRole = ({ scopes, ...row }: Selectable<RoleTable>): OwnRole => ({ ...toOwnScope(row), scopes })

import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { createPolicy, type OwnRole, type OwnScope, type Policy } from './policy.ts'
import { toOwnRole, toOwnScope } from './policy-table.ts'

/** The policy of one moment: its version and what that version says are read together. */
export async function readPolicy(db: AuthDatabase): Promise<Policy> {
  const { rows } = await sql<{ version: number; scopes: ScopeRow[]; roles: RoleRow[] }>`
    select version,
      (select coalesce(json_agg(scopes), '[]') from scopes) as scopes,
      (select coalesce(json_agg(roles), '[]') from roles) as roles
    from policy`.execute(db)
  const [row] = rows
  if (!row) throw new Error('the table policy has no row')
  return createPolicy({
    version: row.version,
    scopes: row.scopes.map(toOwnScope),
    roles: row.roles.map(toOwnRole),
  })
}

type ScopeRow = Parameters<typeof toOwnScope>[0]
type RoleRow = Parameters<typeof toOwnRole>[0]

export async function readPolicyVersion(db: AuthDatabase): Promise<number> {
  return (await db.selectFrom('policy').select('version').executeTakeFirstOrThrow()).version
}

/** Of the policy of the settings that was put in place last; 0 before the first. */
export async function readFileVersion(db: AuthDatabase): Promise<number> {
  return (await db.selectFrom('policy').select('file_version').executeTakeFirstOrThrow()).file_version
}

export async function setFileVersion(trx: AuthTransaction, file_version: number): Promise<void> {
  await trx.updateTable('policy').set({ file_version }).execute()
}

/** Keeps the policy as it is until the transaction ends. Lock no account before. @returns its version */
export async function sharePolicy(trx: AuthTransaction): Promise<number> {
  return (await trx.selectFrom('policy').select('version').forShare().executeTakeFirstOrThrow()).version
}

/** Has every other change of the policy, and all that grants by it, wait until the transaction ends. @returns the policy */
export async function lockPolicy(trx: AuthTransaction): Promise<Policy> {
  await trx.selectFrom('policy').select('version').forUpdate().executeTakeFirstOrThrow()
  return readPolicy(trx)
}

/** The version of the policy from this transaction on. */
export async function raisePolicyVersion(trx: AuthTransaction): Promise<number> {
  const { version } = await trx
    .updateTable('policy')
    .set({ version: sql`version + 1` })
    .returning('version')
    .executeTakeFirstOrThrow()
  return version
}

/** No version before this one is in force any more. */
export async function liftPolicyVersion(db: AuthDatabase, version: number): Promise<void> {
  await db.updateTable('policy').set({ version }).where('version', '<', version).execute()
}

/** One that is there already keeps its `since`. */
export async function putScope(
  trx: AuthTransaction,
  { name, description, isConfigured: configured, since }: OwnScope,
): Promise<void> {
  await trx
    .insertInto('scopes')
    .values({ name, description, configured, since })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ description, configured }))
    .execute()
}

export async function putRole(
  trx: AuthTransaction,
  { name, description, scopes: given, isConfigured: configured }: OwnRole,
): Promise<void> {
  const scopes = [...given]
  await trx
    .insertInto('roles')
    .values({ name, description, scopes, configured })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ description, scopes, configured }))
    .execute()
}

export async function deleteScope(trx: AuthTransaction, name: string): Promise<void> {
  await trx.deleteFrom('scopes').where('name', '=', name).execute()
}

export async function deleteRole(trx: AuthTransaction, name: string): Promise<void> {
  await trx.deleteFrom('roles').where('name', '=', name).execute()
}

/** Whether an account, whatever its status, has this role. */
export async function isRoleHeld(trx: AuthTransaction, role: string): Promise<boolean> {
  const row = await trx
    .selectFrom('users')
    .select('id')
    .where('roles', '@>', sql<string[]>`array[${role}]`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Whether a service client has this scope. */
export async function isScopeOfClient(trx: AuthTransaction, scope: string): Promise<boolean> {
  const row = await trx
    .selectFrom('service_clients')
    .select('client_id')
    .where('deleted_at', 'is', null)
    .where('scopes', '@>', sql<string[]>`array[${scope}]`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Each combination of roles that an account has. */
export async function listRoleCombinations(trx: AuthTransaction): Promise<string[][]> {
  const rows = await trx.selectFrom('users').select('roles').distinct().execute()
  return rows.map(({ roles }) => roles)
}

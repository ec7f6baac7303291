import type { Role } from '@latchkey/access-token'
import { type Selectable, type SqlBool, sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { User } from './user.ts'
import { toAccount, type UserTable } from './user-table.ts'

// Changes of many accounts at once, by the operator. Others that change an account wait for one batch of them, not for all.

/** Ids of accounts, in their order, from those after `afterId`. */
export async function listUserIds(db: AuthDatabase, limit: number, afterId: string | undefined): Promise<string[]> {
  let query = db.selectFrom('users').select('id').orderBy('id').limit(limit)
  if (afterId !== undefined) query = query.where('id', '>', afterId)
  return (await query.execute()).map(({ id }) => id)
}

export async function listUsersById(db: AuthDatabase, ids: readonly string[]): Promise<User[]> {
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where('id', 'in', [...ids])
    .orderBy('id')
    .execute()
  return inOrder(rows)
}

/** Locks these accounts, in the order of their ids, until the transaction ends. Lock the administrators before. */
export async function lockUsers(trx: AuthTransaction, ids: readonly string[]): Promise<void> {
  await trx
    .selectFrom('users')
    .select('id')
    .where('id', 'in', [...ids])
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/**
 * Adds the role to those of these accounts that are active and hold none of the roles `unless`; returns these, as they are now.
 * @param unless the role itself among them
 */
export async function addRole(
  trx: AuthTransaction,
  ids: readonly string[],
  { role, unless }: { readonly role: Role; readonly unless: readonly Role[] },
): Promise<User[]> {
  const rows = await trx
    .updateTable('users')
    .set({
      roles: sql<Role[]>`array_append(roles, ${role})`,
      // Whoever is given a role is no stranger any more.
      unverified_until: null,
      updated_at: new Date(),
    })
    .where('id', 'in', [...ids])
    .where('status', '=', 'active')
    .where(sql<SqlBool>`not roles && ${[...unless]}::text[]`)
    .returningAll()
    .execute()
  return inOrder(rows)
}

/**
 * Marks the addresses of these accounts as verified, and returns the accounts of which that was not known. Invited accounts, and those
 * that registered themselves and wait for their owner's confirmation, stay as they are.
 */
export async function verifyAddresses(trx: AuthTransaction, ids: readonly string[]): Promise<User[]> {
  const now = new Date()
  const rows = await trx
    .updateTable('users')
    .set({ email_verified_at: now, updated_at: now })
    .where('id', 'in', [...ids])
    .where('status', '<>', 'invited')
    .where('email_verified_at', 'is', null)
    .where('unverified_until', 'is', null)
    .returningAll()
    .execute()
  return inOrder(rows)
}

/** Postgres returns what it changed in any order. */
const inOrder = (rows: readonly Selectable<UserTable>[]): User[] =>
  rows.map((row) => toAccount(row).user).sort((one, other) => (one.id < other.id ? -1 : 1))

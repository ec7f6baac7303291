import { type Selectable, type SqlBool, sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { Account, User } from './user.ts'
import { toAccount, type UserTable } from './user-table.ts'

// Changes of many accounts at once, by the operator. Others that change an account wait for one batch of them, not for all.

/** Ids of accounts, in their order, from those after `afterId`. */
export async function listUserIds(db: AuthDatabase, limit: number, afterId: string | undefined): Promise<string[]> {
  let query = db.selectFrom('users').select('id').orderBy('id').limit(limit)
  if (afterId !== undefined) query = query.where('id', '>', afterId)
  return (await query.execute()).map(({ id }) => id)
}

export async function listAccountsById(db: AuthDatabase, ids: readonly string[]): Promise<Account[]> {
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

type RoleGrant = { readonly role: string; readonly unless: readonly string[]; readonly sparesUnproved: boolean }

/**
 * Adds the role to those of these accounts that are active and hold none of the roles `unless`; returns these, as they are now.
 * @param unless the role itself among them
 * @param sparesUnproved whether accounts that registered themselves, and whose address nobody has proved, stay as they are
 */
export async function addRole(
  trx: AuthTransaction,
  ids: readonly string[],
  { role, unless, sparesUnproved }: RoleGrant,
): Promise<User[]> {
  let query = trx
    .updateTable('users')
    .set({
      roles: sql<string[]>`array_append(roles, ${role})`,
      // Whoever is given a role stays.
      unverified_until: null,
      updated_at: new Date(),
    })
    .where('id', 'in', [...ids])
    .where('status', '=', 'active')
    .where(sql<SqlBool>`not roles && ${[...unless]}::text[]`)
  if (sparesUnproved) query = query.where(sql<SqlBool>`not (self_registered and email_verified_at is null)`)
  return inOrder(await query.returningAll().execute()).map(({ user }) => user)
}

/**
 * Marks the addresses of these accounts as verified, and returns the accounts of which that was not known. Invited accounts, and those
 * that registered themselves and wait for their owner's confirmation, stay as they are.
 */
export async function verifyAddresses(trx: AuthTransaction, ids: readonly string[]): Promise<User[]> {
  const now = new Date()
  const rows = await trx
    .updateTable('users')
    .set({ email_verified_at: now, self_registered: false, updated_at: now })
    .where('id', 'in', [...ids])
    .where('status', '<>', 'invited')
    .where('email_verified_at', 'is', null)
    .where('unverified_until', 'is', null)
    .returningAll()
    .execute()
  return inOrder(rows).map(({ user }) => user)
}

/** Postgres returns what it changed in any order. */
const inOrder = (rows: readonly Selectable<UserTable>[]): Account[] =>
  rows.map(toAccount).sort((one, other) => (one.user.id < other.user.id ? -1 : 1))

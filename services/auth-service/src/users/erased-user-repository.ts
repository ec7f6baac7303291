import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'

export type ErasedUser = { readonly id: string; readonly erasedAt: Date }

/**
 * Deletes the account, with its links and its mails, and leaves its id behind: nothing is an account of that id again.
 * @param addressKeys its addresses as they are compared, for the purge, which takes them away
 */
export async function replaceWithTombstone(
  trx: AuthTransaction,
  userId: string,
  addressKeys: readonly string[],
): Promise<void> {
  await trx.deleteFrom('users').where('id', '=', userId).execute()
  await trx
    .insertInto('erased_users')
    .values({ id: userId, purged_at: null, address_keys: [...addressKeys] })
    .execute()
}

/**
 * Marks the account as purged, for all replicas when the transaction commits.
 * @returns the addresses that it had; undefined where another replica has marked it
 */
export async function markPurged(trx: AuthTransaction, userId: string): Promise<readonly string[] | undefined> {
  const { rows } = await sql<{ address_keys: string[] | null }>`
    with before as (
      select id, address_keys from erased_users where id = ${userId} and purged_at is null for update)
    update erased_users set purged_at = now(), address_keys = null from before where erased_users.id = before.id
    returning before.address_keys`.execute(trx)
  return rows[0] && (rows[0].address_keys ?? [])
}

/** Whether the account was erased, and Redis or the audit trail may still have something of it. */
export async function isPurgePending(db: AuthDatabase, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('erased_users')
    .select('id')
    .where('id', '=', userId)
    .where('purged_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

/** Accounts of which something may be left, or that were purged less than `recentSeconds` ago. */
export async function listUnpurged(db: AuthDatabase, recentSeconds: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('erased_users')
    .select('id')
    .where((eb) =>
      eb.or([
        eb('purged_at', 'is', null),
        eb('purged_at', '>', sql<Date>`now() - make_interval(secs => ${recentSeconds})`),
      ]),
    )
    .orderBy('purged_at', (order) => order.asc().nullsFirst())
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Accounts that were erased since. */
export async function listErasedSince(db: AuthDatabase, since: Date): Promise<ErasedUser[]> {
  const rows = await db.selectFrom('erased_users').selectAll().where('erased_at', '>=', since).execute()
  return rows.map((row) => ({ id: row.id, erasedAt: row.erased_at }))
}

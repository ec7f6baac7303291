import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'

export type ErasedUser = { readonly id: string; readonly erasedAt: Date }

/** Deletes the account, with its links and its mails, and leaves its id behind: nothing is an account of that id again. */
export async function replaceWithTombstone(trx: AuthTransaction, userId: string): Promise<void> {
  await trx.deleteFrom('users').where('id', '=', userId).execute()
  await trx.insertInto('erased_users').values({ id: userId, purged_at: null }).execute()
}

/** Marks the account as purged, for all replicas when the transaction commits. False where another one has done so. */
export async function markPurged(trx: AuthTransaction, userId: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('erased_users')
    .set({ purged_at: sql<Date>`now()` })
    .where('id', '=', userId)
    .where('purged_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
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
    .orderBy('purged_at', sql`asc nulls first`)
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Accounts that were erased since. */
export async function listErasedSince(db: AuthDatabase, since: Date): Promise<ErasedUser[]> {
  const rows = await db.selectFrom('erased_users').selectAll().where('erased_at', '>=', since).execute()
  return rows.map((row) => ({ id: row.id, erasedAt: row.erased_at }))
}

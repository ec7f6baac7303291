import { sql } from 'kysely'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { Account, UserStatus } from '../users/user.ts'
import { toAccount } from '../users/user-table.ts'

/** That one statement draws. */
const MOST_IDS = 500_000

export type RaisedAccount = {
  readonly tokenVersion: number
  readonly status: UserStatus
  /** A higher one than before voids the password: it is not the one that was set last. */
  readonly passwordVersion: number
}

/** Changes an account that the transaction has locked. */
export async function raiseAccount(
  trx: AuthTransaction,
  before: Account,
  { tokenVersion, status, passwordVersion }: RaisedAccount,
): Promise<Account> {
  const row = await trx
    .updateTable('users')
    .set({
      token_version: tokenVersion,
      status,
      password_version: passwordVersion,
      ...(passwordVersion > before.passwordVersion && { password_hash: null }),
      updated_at: new Date(),
    })
    .where('id', '=', before.user.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return toAccount(row)
}

/** Raises the version of a client that lost a scope. False where there is no such client, or it has come so far. */
export async function raiseClientVersion(db: AuthDatabase, clientId: string, version: number): Promise<boolean> {
  const result = await db
    .updateTable('service_clients')
    .set({ version, narrowed_at: sql<Date>`now()` })
    .where('client_id', '=', clientId)
    .where('version', '<', version)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** Has the ids of events go on behind this one. */
export async function skipEventIds(db: AuthDatabase, last: string): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ left: string }>`
      select count(nextval(pg_get_serial_sequence('session_events', 'id')))::text as left
      from generate_series(1, least(${MOST_IDS}, ${last}::bigint - (
        select coalesce(pg_sequence_last_value(pg_get_serial_sequence('session_events', 'id')::regclass), 0))))`.execute(
      db,
    )
    if (rows[0]?.left !== String(MOST_IDS)) return
  }
}

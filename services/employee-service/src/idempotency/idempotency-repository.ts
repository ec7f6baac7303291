import { sql } from 'kysely'
import type { EmployeeDatabase, EmployeeTransaction } from '../database/employee-database.ts'

/** How long a key is remembered. */
const KEY_TTL = sql`interval '1 day'`

/** At most so many in one statement: after a long pause there is no single long transaction. */
const DELETED_AT_ONCE = 10_000

/** A caller's key, and the fingerprint of the body that came with it. */
export type KeyClaim = { readonly caller: string; readonly key: string; readonly fingerprint: string }

/** What was answered to the first request with a key. */
export type StoredAnswer = { readonly fingerprint: string; readonly answer: unknown }

/**
 * Takes the key, or finds the answer that is stored under it. Waits while another transaction holds the key: if that one fails,
 * this one gets it.
 *
 * @returns undefined when the key is ours now
 */
export async function claimKey(
  trx: EmployeeTransaction,
  { caller, key, fingerprint }: KeyClaim,
): Promise<StoredAnswer | undefined> {
  for (;;) {
    const claimed = await trx
      .insertInto('idempotency_keys')
      .values({ caller, key, fingerprint, answer: null })
      .onConflict((conflict) =>
        conflict
          .columns(['caller', 'key'])
          .doUpdateSet({ fingerprint, answer: null, created_at: sql`now()` })
          .where(sql<boolean>`idempotency_keys.created_at < now() - ${KEY_TTL}`),
      )
      .returning('key')
      .executeTakeFirst()
    if (claimed !== undefined) return undefined
    const stored = await trx
      .selectFrom('idempotency_keys')
      .select(['fingerprint', 'answer'])
      .where('caller', '=', caller)
      .where('key', '=', key)
      .executeTakeFirst()
    // It may have expired and been deleted in between.
    if (stored !== undefined) return stored
  }
}

/** Stores the answer under a key that {@link claimKey} has taken in this transaction. */
export async function storeAnswer(trx: EmployeeTransaction, { caller, key }: KeyClaim, answer: unknown): Promise<void> {
  await trx
    .updateTable('idempotency_keys')
    .set({ answer: JSON.stringify(answer) })
    .where('caller', '=', caller)
    .where('key', '=', key)
    .execute()
}

export async function deleteExpiredKeys(db: EmployeeDatabase): Promise<void> {
  await sql`
    delete from idempotency_keys where (caller, key) in (
      select caller, key from idempotency_keys where created_at < now() - ${KEY_TTL} limit ${DELETED_AT_ONCE}
    ) and created_at < now() - ${KEY_TTL}`.execute(db)
}

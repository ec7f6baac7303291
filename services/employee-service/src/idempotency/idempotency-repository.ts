import { type Kysely, sql } from 'kysely'
import type { EmployeeDatabase } from '../database/employee-database.ts'

/** How long a key is remembered. */
const LIFE = sql`interval '1 day'`

/** Swept with one statement, so that a long absence is not made up for in a single long transaction. */
const SWEPT_AT_ONCE = 10_000

/** One attempt: a caller's key, and the fingerprint of what came with it. */
export type Attempt = { readonly caller: string; readonly key: string; readonly fingerprint: string }

export type KeptAnswer = { readonly fingerprint: string; readonly answer: unknown }

export type IdempotencyRepository = ReturnType<typeof createIdempotencyRepository>

/** `claim` and `keep` belong into the transaction that does the work: undone, the work was never tried. */
export function createIdempotencyRepository(db: Kysely<EmployeeDatabase>) {
  return {
    /**
     * Takes the key, or finds what was answered to it. Waits while another attempt with this key is at work: if that one
     * fails, this one gets the key.
     *
     * @returns undefined when the key is ours now
     */
    async claim({ caller, key, fingerprint }: Attempt): Promise<KeptAnswer | undefined> {
      for (;;) {
        const claimed = await db
          .insertInto('idempotency_keys')
          .values({ caller, key, fingerprint, answer: null })
          .onConflict((conflict) =>
            conflict
              .columns(['caller', 'key'])
              .doUpdateSet({ fingerprint, answer: null, created_at: sql`now()` })
              .where(sql<boolean>`idempotency_keys.created_at < now() - ${LIFE}`),
          )
          .returning('key')
          .executeTakeFirst()
        if (claimed !== undefined) return undefined
        const kept = await db
          .selectFrom('idempotency_keys')
          .select(['fingerprint', 'answer'])
          .where('caller', '=', caller)
          .where('key', '=', key)
          .executeTakeFirst()
        // It may have been swept in between.
        if (kept !== undefined) return kept
      }
    },

    async keep({ caller, key }: Attempt, answer: unknown): Promise<void> {
      await db
        .updateTable('idempotency_keys')
        .set({ answer: JSON.stringify(answer) })
        .where('caller', '=', caller)
        .where('key', '=', key)
        .execute()
    },

    /** Forgets keys that are past their day. */
    async sweep(): Promise<void> {
      await sql`
        delete from idempotency_keys where (caller, key) in (
          select caller, key from idempotency_keys where created_at < now() - ${LIFE} limit ${SWEPT_AT_ONCE}
        ) and created_at < now() - ${LIFE}`.execute(db)
    },
  }
}

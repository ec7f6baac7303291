import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const idempotencyKeys: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    // `answer` is null only inside the transaction that makes the employee: nobody else ever sees it so.
    await sql`
      create table idempotency_keys (
        caller text not null,
        key text not null,
        fingerprint text not null,
        answer jsonb,
        created_at timestamptz not null default now(),
        primary key (caller, key)
      )`.execute(db)
    await sql`create index idempotency_keys_by_age on idempotency_keys (created_at)`.execute(db)
  },

  async down(db: Kysely<unknown>) {
    await sql`drop table idempotency_keys`.execute(db)
  },
}

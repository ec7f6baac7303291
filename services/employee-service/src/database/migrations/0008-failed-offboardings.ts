import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const failedOffboardings: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    await sql`
      alter table offboardings
        add column failed_at timestamptz(3),
        add column clients text[] not null default '{}',
        add column withdrawn_at timestamptz(3),
        add column withdrawn_by text,
        drop constraint offboardings_state_known,
        add constraint offboardings_state_known check (state in ('none', 'pending', 'done', 'failed', 'withdrawn')),
        add constraint offboardings_withdrawn_completely check (
          (state = 'withdrawn') = (withdrawn_at is not null) and (state = 'withdrawn') = (withdrawn_by is not null))`.execute(
      db,
    )
    // A failed one is refused no longer, so what says nothing about the account, such as 403, is none: it is tried further, and refused.
    await sql`
      update offboardings set state = 'pending', tried_since = now()
      where state = 'failed' and last_error not like '409 %'`.execute(db)
    await sql`update offboardings set failed_at = now() where state = 'failed'`.execute(db)
  },

  async down(db: Kysely<unknown>) {
    // `none` is how it was shown. Before, it was the state of those without an account alone.
    await sql`
      alter table offboardings drop constraint offboardings_withdrawn_completely`.execute(db)
    await sql`update offboardings set state = 'none', user_id = null where state = 'withdrawn'`.execute(db)
    await sql`
      alter table offboardings
        drop column failed_at,
        drop column clients,
        drop column withdrawn_at,
        drop column withdrawn_by,
        drop constraint offboardings_state_known,
        add constraint offboardings_state_known check (state in ('none', 'pending', 'done', 'failed'))`.execute(db)
  },
}

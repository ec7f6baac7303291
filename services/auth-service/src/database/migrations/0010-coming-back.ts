import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/** What an undone change of address puts back, addresses that are kept for that, and erasures that Redis has not followed yet. */
export const comingBack: ReversibleMigration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('links').addColumn('restores', 'jsonb').execute()

    await db.schema
      .createTable('reserved_addresses')
      .addColumn('address_key', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'uuid', (column) => column.notNull().references('users.id').onDelete('cascade'))
      .addColumn('until', 'timestamptz(3)', (column) => column.notNull())
      .execute()
    await db.schema.createIndex('reserved_addresses_user_id').on('reserved_addresses').column('user_id').execute()
    // After the row: an insert that waited for the address to become free sees by now for whom it is kept. To every caller the
    // address is taken, as it is by an account.
    await sql`
      create function refuse_reserved_address() returns trigger language plpgsql as $$
      begin
        if exists (select from reserved_addresses
                   where address_key = new.email_key and user_id <> new.id and until > now()) then
          raise unique_violation using constraint = 'users_email_key', message = 'the address is reserved';
        end if;
        return null;
      end $$`.execute(db)
    await sql`
      create trigger users_reserved_address after insert or update of email_key on users
      for each row execute function refuse_reserved_address()`.execute(db)

    // Null while Redis may still have something of the account.
    await db.schema.alterTable('erased_users').addColumn('purged_at', 'timestamptz(3)').execute()
    await db.schema.createIndex('erased_users_erased_at').on('erased_users').column('erased_at').execute()
    await db.schema.createIndex('session_events_user_id').on('session_events').columns(['user_id', 'kind']).execute()
  },

  async down(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropIndex('session_events_user_id').execute()
    await db.schema.dropIndex('erased_users_erased_at').execute()
    await db.schema.alterTable('erased_users').dropColumn('purged_at').execute()
    await sql`drop trigger users_reserved_address on users`.execute(db)
    await sql`drop function refuse_reserved_address()`.execute(db)
    await db.schema.dropTable('reserved_addresses').execute()
    await db.schema.alterTable('links').dropColumn('restores').execute()
  },
}

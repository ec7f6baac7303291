import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/** Addresses that undoing a change would restore, and erasures that Redis has not followed yet. */
export const comingBack: ReversibleMigration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('former_addresses')
      .addColumn('user_id', 'uuid', (column) => column.notNull().references('users.id').onDelete('cascade'))
      .addColumn('address_key', 'text', (column) => column.notNull())
      .addColumn('address', 'text', (column) => column.notNull())
      .addColumn('verified_at', 'timestamptz(3)', (column) => column.notNull())
      .addColumn('left_at_version', 'integer', (column) => column.notNull())
      .addColumn('until', 'timestamptz(3)', (column) => column.notNull())
      .addPrimaryKeyConstraint('former_addresses_pkey', ['user_id', 'address_key'])
      .execute()
    await db.schema.createIndex('former_addresses_address_key').on('former_addresses').column('address_key').execute()
    // After the row: an insert that waited for the address to become free sees by now for whom it is kept. To every caller the
    // address is taken, as it is by an account.
    await sql`
      create function refuse_former_address() returns trigger language plpgsql as $$
      begin
        if exists (select from former_addresses where address_key = new.email_key and user_id <> new.id
                   and until > now()) then
          raise unique_violation using constraint = 'users_email_key', message = 'the address is kept for an account';
        end if;
        return null;
      end $$`.execute(db)
    await sql`
      create trigger users_former_address after insert or update of email_key on users
      for each row execute function refuse_former_address()`.execute(db)

    await db.schema
      .alterTable('erased_users')
      // Null while Redis or the audit trail may still have something of the account: until then its addresses are needed.
      .addColumn('purged_at', 'timestamptz(3)')
      .addColumn('address_keys', sql`text[]`)
      .execute()
    await db.schema.createIndex('erased_users_erased_at').on('erased_users').column('erased_at').execute()
    // Of an end: whether the session was renewed, and so goes on for its client.
    await sql`alter table session_events add column is_renewed boolean not null default false`.execute(db)
    await db.schema.createIndex('session_events_user_id').on('session_events').columns(['user_id', 'kind']).execute()
  },

  async down(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropIndex('session_events_user_id').execute()
    await db.schema.alterTable('session_events').dropColumn('is_renewed').execute()
    await db.schema.dropIndex('erased_users_erased_at').execute()
    await db.schema.alterTable('erased_users').dropColumn('purged_at').dropColumn('address_keys').execute()
    await sql`drop trigger users_former_address on users`.execute(db)
    await sql`drop function refuse_former_address()`.execute(db)
    await db.schema.dropTable('former_addresses').execute()
  },
}

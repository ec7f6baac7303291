import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/** Invitations, verified addresses, mailed links, the outbox of mails, tombstones of erased accounts. */
export const accounts: ReversibleMigration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('users')
      .alterColumn('password_hash', (column) => column.dropNotNull())
      .addColumn('email_verified_at', 'timestamptz(3)')
      .addColumn('self_registered', 'boolean', (column) => column.notNull().defaultTo(false))
      .addColumn('unverified_until', 'timestamptz(3)')
      .addColumn('password_version', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('address_version', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
    await sql`
      alter table users
        drop constraint users_status,
        add constraint users_status check (status in ('invited', 'active', 'disabled'))`.execute(db)
    await db.schema
      .createIndex('users_unverified_until')
      .on('users')
      .column('unverified_until')
      .where(sql.ref('unverified_until'), 'is not', null)
      .execute()

    // An id that was given away once is never given away again.
    await db.schema
      .createTable('erased_users')
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('erased_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`now()`))
      .execute()

    await db.schema
      .createTable('links')
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('user_id', 'uuid', (column) => column.notNull().references('users.id').onDelete('cascade'))
      .addColumn('address', 'text', (column) => column.notNull())
      .addColumn('bound', 'jsonb', (column) => column.notNull())
      .addColumn('shown', 'boolean', (column) => column.notNull())
      .addColumn('vouched', 'boolean', (column) => column.notNull())
      .addColumn('created_by', 'text')
      .addColumn('created_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`now()`))
      .addColumn('expires_at', 'timestamptz(3)', (column) => column.notNull())
      .addColumn('used_at', 'timestamptz(3)')
      .addColumn('withdrawn_at', 'timestamptz(3)')
      .execute()
    await db.schema.createIndex('links_user_id').on('links').columns(['user_id', 'purpose', 'id']).execute()
    await db.schema.createIndex('links_created_by').on('links').columns(['created_by', 'id']).execute()
    await sql`create index links_address on links (lower(address))`.execute(db)
    await db.schema
      .createTable('link_tokens')
      .addColumn('hash', 'bytea', (column) => column.primaryKey())
      .addColumn('link_id', 'uuid', (column) => column.notNull().references('links.id').onDelete('cascade'))
      .execute()
    await db.schema.createIndex('link_tokens_link_id').on('link_tokens').column('link_id').execute()

    await db.schema
      .createTable('mails')
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('user_id', 'uuid', (column) => column.references('users.id').onDelete('cascade'))
      .addColumn('link_id', 'uuid', (column) => column.references('links.id').onDelete('cascade'))
      // Null once the mail is done with.
      .addColumn('address', 'text')
      .addColumn('facts', 'jsonb', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`now()`))
      .addColumn('done_at', 'timestamptz(3)')
      .addColumn('outcome', 'text')
      .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('last_error', 'text')
      .execute()
    await db.schema.createIndex('mails_user_id').on('mails').columns(['user_id', 'id']).execute()
    await db.schema.createIndex('mails_link_id').on('mails').columns(['link_id', 'id']).execute()
    await db.schema.createIndex('mails_done_at').on('mails').column('done_at').execute()
    await db.schema
      .createIndex('mails_open')
      .on('mails')
      .column('created_at')
      .where(sql.ref('done_at'), 'is', null)
      .execute()
    // When a mailbox was last sent mails of a kind. A hash names both: an erased address is not found here.
    await db.schema
      .createTable('mail_quotas')
      .addColumn('mailbox', 'bytea', (column) => column.primaryKey())
      .addColumn('asked_at', sql`timestamptz[]`, (column) => column.notNull())
      .execute()
  },

  async down(db: Kysely<unknown>): Promise<void> {
    for (const table of ['mail_quotas', 'mails', 'link_tokens', 'links', 'erased_users'])
      await db.schema.dropTable(table).execute()
    await sql`delete from users where password_hash is null`.execute(db)
    await sql`
      alter table users
        drop constraint users_status,
        add constraint users_status check (status in ('active', 'disabled'))`.execute(db)
    await db.schema.dropIndex('users_unverified_until').execute()
    await db.schema
      .alterTable('users')
      .alterColumn('password_hash', (column) => column.setNotNull())
      .dropColumn('email_verified_at')
      .dropColumn('self_registered')
      .dropColumn('unverified_until')
      .dropColumn('password_version')
      .dropColumn('address_version')
      .execute()
  },
}

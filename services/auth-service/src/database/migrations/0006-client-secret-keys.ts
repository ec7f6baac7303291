import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const clientSecretKeys: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    // Keys under which secrets are hashed, each encrypted once under every key of the ring in the settings: secrets cannot be
    // guessed with a copy of this database alone.
    await db.schema
      .createTable('client_secret_keys')
      .addColumn('id', 'uuid', (column) => column.notNull())
      .addColumn('sealed_under', 'text', (column) => column.notNull())
      .addColumn('sealed', 'bytea', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`now()`))
      .addPrimaryKeyConstraint('client_secret_keys_pkey', ['id', 'sealed_under'])
      .execute()
    await db.schema
      .alterTable('client_secrets')
      // Null until the first start of this version: older ones hashed without a key.
      .addColumn('key_id', 'uuid')
      // A replaced secret stays, so that the settings cannot bring it back.
      .addColumn('retired_at', 'timestamptz(3)')
      .execute()
    await db.schema
      .alterTable('service_clients')
      .addColumn('configured', 'boolean', (column) => column.notNull().defaultTo(false))
      .execute()
    await db.schema
      .createTable('revoked_tokens')
      .addColumn('jti', 'text', (column) => column.primaryKey())
      .addColumn('expires_at', 'timestamptz(3)', (column) => column.notNull())
      .execute()
  },

  async down(db: Kysely<unknown>) {
    await db.schema.dropTable('revoked_tokens').execute()
    await db.schema.alterTable('service_clients').dropColumn('configured').execute()
    // Hashes under a key match nothing without it: every client needs a new secret then.
    await db.schema.alterTable('client_secrets').dropColumn('retired_at').dropColumn('key_id').execute()
    await db.schema.dropTable('client_secret_keys').execute()
  },
}

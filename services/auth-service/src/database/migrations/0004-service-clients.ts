import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const serviceClients: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('service_clients')
      .addColumn('client_id', 'text', (column) => column.primaryKey())
      .addColumn('scopes', sql`text[]`, (column) => column.notNull())
      .addColumn('created_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`now()`))
      .addColumn('last_used_at', 'timestamptz(3)')
      // An id is never used again: tokens of the deleted client may still exist.
      .addColumn('deleted_at', 'timestamptz(3)')
      .execute()
    await db.schema
      .createTable('client_secrets')
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('client_id', 'text', (column) =>
        column.notNull().references('service_clients.client_id').onDelete('cascade'),
      )
      .addColumn('salt', 'bytea', (column) => column.notNull())
      .addColumn('hash', 'bytea', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`clock_timestamp()`))
      .execute()
    await db.schema.createIndex('client_secrets_client_id').on('client_secrets').column('client_id').execute()
  },

  async down(db: Kysely<unknown>) {
    await db.schema.dropTable('client_secrets').execute()
    await db.schema.dropTable('service_clients').execute()
  },
}

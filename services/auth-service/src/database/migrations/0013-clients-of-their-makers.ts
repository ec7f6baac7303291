import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

/**
 * Who made a client and its secrets, by an id without a reference, as clients make some too; and the version of its tokens, which
 * rises when it loses a scope. Clients that could introspect tokens before go on; of those in the settings these decide.
 */
export const clientsOfTheirMakers: ReversibleMigration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable('service_clients')
      // Null: from the settings, or from before.
      .addColumn('created_by', 'text')
      .addColumn('version', 'integer', (column) => column.notNull().defaultTo(0))
      // When the version was last raised.
      .addColumn('narrowed_at', 'timestamptz(3)')
      .execute()
    await db.schema.alterTable('client_secrets').addColumn('created_by', 'text').execute()
    await db.schema
      .createIndex('service_clients_created_by')
      .on('service_clients')
      .columns(['created_by', 'client_id'])
      .execute()
    await db.schema.createIndex('client_secrets_created_by').on('client_secrets').column('created_by').execute()
    await sql`
      update service_clients set scopes = scopes || '{tokens:introspect}'
      where not configured and deleted_at is null and not scopes @> '{tokens:introspect}'`.execute(db)
  },

  async down(db: Kysely<unknown>): Promise<void> {
    await sql`update service_clients set scopes = array_remove(scopes, 'tokens:introspect')`.execute(db)
    await db.schema.alterTable('client_secrets').dropColumn('created_by').execute()
    await db.schema
      .alterTable('service_clients')
      .dropColumn('created_by')
      .dropColumn('version')
      .dropColumn('narrowed_at')
      .execute()
  },
}

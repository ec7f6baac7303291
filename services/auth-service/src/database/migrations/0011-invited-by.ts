import type { ReversibleMigration } from '@latchkey/database'
import type { Kysely } from 'kysely'

/** Who invited an account: they see it, also once its links are gone. An id without a reference, as clients invite too. */
export const invitedBy: ReversibleMigration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema.alterTable('users').addColumn('invited_by', 'text').execute()
    await db.schema.createIndex('users_invited_by').on('users').columns(['invited_by', 'id']).execute()
  },

  async down(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropIndex('users_invited_by').execute()
    await db.schema.alterTable('users').dropColumn('invited_by').execute()
  },
}

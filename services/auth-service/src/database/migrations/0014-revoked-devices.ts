import type { ReversibleMigration } from '@latchkey/database'
import type { Kysely } from 'kysely'

/** Devices whose tokens of before are void. No reference to the user: a revocation must not fail because of an erasure beside it. */
export const revokedDevices: ReversibleMigration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('revoked_devices')
      .addColumn('user_id', 'uuid', (column) => column.notNull())
      .addColumn('device_id', 'text', (column) => column.notNull())
      .addColumn('revoked_at', 'timestamptz(3)', (column) => column.notNull())
      .addPrimaryKeyConstraint('revoked_devices_pkey', ['user_id', 'device_id'])
      .execute()
    await db.schema.createIndex('revoked_devices_revoked_at').on('revoked_devices').column('revoked_at').execute()
  },

  async down(db: Kysely<unknown>): Promise<void> {
    await db.schema.dropTable('revoked_devices').execute()
  },
}

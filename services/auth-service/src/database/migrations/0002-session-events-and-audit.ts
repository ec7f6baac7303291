import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const sessionEventsAndAudit: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('session_events')
      .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('user_id', 'uuid', (column) => column.notNull())
      .addColumn('device_id', 'text', (column) => column.notNull())
      .addColumn('sid', 'text', (column) => column.notNull())
      .addColumn('reason', 'text')
      .addColumn('delivery', 'text')
      .addColumn('device_name', 'text')
      .addColumn('at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`clock_timestamp()`))
      .addCheckConstraint(
        'session_events_kind',
        sql`(kind = 'ended' and reason is not null) or (kind = 'opened' and delivery is not null and device_name is not null)`,
      )
      .execute()
    await db.schema.createIndex('session_events_at').on('session_events').column('at').execute()
    await db.schema.createIndex('session_events_sid').on('session_events').columns(['sid', 'kind']).execute()
    // What Redis may have missed when it comes back older than it was.
    await db.schema.createIndex('users_updated_at').on('users').column('updated_at').execute()

    await db.schema
      .createTable('audit_events')
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`clock_timestamp()`))
      .addColumn('type', 'text', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('actor_id', 'text')
      .addColumn('subject_id', 'text')
      .addColumn('device_id', 'text')
      .addColumn('ip', 'text', (column) => column.notNull())
      .addColumn('request_id', 'text', (column) => column.notNull())
      .addColumn('details', 'jsonb', (column) => column.notNull().defaultTo(sql`'{}'`))
      .addCheckConstraint('audit_events_outcome', sql`outcome in ('success', 'failure')`)
      .execute()
    for (const column of ['actor_id', 'subject_id', 'device_id', 'type']) {
      await db.schema.createIndex(`audit_events_${column}`).on('audit_events').columns([column, 'id']).execute()
    }
    await db.schema.createIndex('audit_events_at').on('audit_events').column('at').execute()

    // Append-only: not even this service may change what happened.
    await sql`
      create function refuse_change() returns trigger language plpgsql as $$
      begin raise exception 'audit_events is append-only'; end $$`.execute(db)
    await sql`
      create trigger audit_events_append_only before update or delete or truncate on audit_events
      for each statement execute function refuse_change()`.execute(db)
  },

  async down(db: Kysely<unknown>) {
    await db.schema.dropTable('audit_events').execute()
    await sql`drop function refuse_change()`.execute(db)
    await db.schema.dropIndex('users_updated_at').execute()
    await db.schema.dropTable('session_events').execute()
  },
}

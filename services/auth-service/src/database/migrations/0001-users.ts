import type { ReversibleMigration } from '@latchkey/database'
import { type Kysely, sql } from 'kysely'

export const users: ReversibleMigration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('users')
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('email', 'text', (column) => column.notNull())
      .addColumn('email_key', 'text', (column) => column.notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .addColumn('username_key', 'text', (column) => column.notNull())
      .addColumn('full_name', 'text')
      .addColumn('password_hash', 'text', (column) => column.notNull())
      .addColumn('password_changed_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`now()`))
      .addColumn('roles', sql`text[]`, (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull().defaultTo('active'))
      .addColumn('token_version', 'integer', (column) => column.notNull().defaultTo(0))
      .addColumn('created_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`now()`))
      .addColumn('updated_at', 'timestamptz(3)', (column) => column.notNull().defaultTo(sql`now()`))
      .addUniqueConstraint('users_email_key', ['email_key'])
      .addUniqueConstraint('users_username_key', ['username_key'])
      .addCheckConstraint('users_status', sql`status in ('active', 'disabled')`)
      .addCheckConstraint('users_roles', sql`roles <@ array['user', 'hr', 'admin'] and cardinality(roles) > 0`)
      .execute()
  },

  async down(db: Kysely<unknown>) {
    await db.schema.dropTable('users').execute()
  },
}

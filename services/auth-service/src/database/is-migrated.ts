import { sql } from 'kysely'
import type { AuthDatabase } from './auth-database.ts'
import { migrations } from './migrations/index.ts'

/** Whether the database has every migration of this version. */
export async function isMigrated(db: AuthDatabase): Promise<boolean> {
  const { rows: tables } = await sql`select from information_schema.tables
    where table_name = 'kysely_migration' and table_schema = current_schema()`.execute(db)
  if (tables.length === 0) return false
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
  const done = new Set(rows.map(({ name }) => name))
  return Object.keys(migrations).every((name) => done.has(name))
}

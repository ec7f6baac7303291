import { type QueryExecutorProvider, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** The names of those that have not run in the current schema, in their order. */
export async function missingMigrations(
  db: QueryExecutorProvider,
  migrations: Record<string, Migration>,
): Promise<string[]> {
  const { rows: tables } = await sql`
    select from pg_class where relname = 'kysely_migration' and relnamespace = to_regnamespace(quote_ident(current_schema()))`.execute(
    db,
  )
  const done = new Set<string>()
  if (tables.length > 0) {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
    for (const { name } of rows) done.add(name)
  }
  return Object.keys(migrations)
    .sort()
    .filter((name) => !done.has(name))
}

import { createDatabase, type DatabaseOptions } from '@latchkey/database'
import { sql } from 'kysely'
import type { EmployeeDatabase } from '../../src/database/employee-database.ts'

type Scope = { teardown(handler: () => Promise<void>): unknown }

/** The database of an app for large numbers of rows: nothing here searches, and those indexes take most of an insert. */
export async function databaseForMany(t: Scope, options: Pick<DatabaseOptions, 'url' | 'schema'>) {
  const { db, close } = createDatabase<EmployeeDatabase>({ ...options, statementTimeoutMs: 60_000 })
  t.teardown(close)
  await sql`drop index employees_by_trigram, employees_by_pair`.execute(db)
  return db
}

/** So many that the file of their export is larger than all buffers on its way. */
export async function addLargeCompany(db: Awaited<ReturnType<typeof databaseForMany>>): Promise<void> {
  await sql`insert into employees (id, first_name, last_name, email, department, job_title)
    select gen_random_uuid(), 'A', 'B', n || '@example.com', repeat('😀', 200), repeat('😀', 200)
    from generate_series(1, 15000) n`.execute(db)
}

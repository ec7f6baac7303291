import { createDatabase, type DatabaseOptions } from '@latchkey/database'
import { sql } from 'kysely'
import type { EmployeeSchema } from '../../src/database/employee-database.ts'

type Scope = { teardown(handler: () => Promise<void>): unknown }

/** The database of an app for large numbers of rows, without the search: its column and indexes take most of an insert. */
export async function databaseForMany(t: Scope, options: Pick<DatabaseOptions, 'url' | 'schema'>) {
  const { db, close } = createDatabase<EmployeeSchema>({ ...options, statementTimeoutMs: 60_000 })
  t.teardown(close)
  await sql`alter table employees drop column search`.execute(db)
  return db
}

/** So many employees that their export is larger than all buffers on its way. */
export async function addLargeCompany(db: Awaited<ReturnType<typeof databaseForMany>>): Promise<void> {
  await sql`insert into employees (id, first_name, last_name, email, job_title)
    select gen_random_uuid(), 'A', 'B', n || '@example.com', repeat('😀', 200)
    from generate_series(1, 25000) n`.execute(db)
}

import { type RawBuilder, sql } from 'kysely'
import type { EmployeeTransaction } from '../database/employee-database.ts'

/**
 * The lines of staged rows whose chain of managers leads back to themselves. Ids must be unique by then.
 *
 * Pointer doubling: each row points at its manager in the file; every step replaces the pointer by that of the row it points at, so the
 * distance doubles. After log2(rows) steps every chain that ends has dropped out, and each row still pointed at is part of a cycle.
 * A walk from each row to the top would take the square of the rows where each manages the next.
 */
export async function findManagerCycles(trx: EmployeeTransaction): Promise<number[]> {
  let pointers = sql.table('staged_managers_0')
  await sql`
    create temporary table ${pointers} on commit drop as
    select report.line, manager.line as above
    from staged_employees report join staged_employees manager on manager.id = report.manager_id`.execute(trx)
  const most = await sizeOf(trx, pointers)
  let left = most
  for (let step = 1, distance = 1; left > 0 && distance <= most; step += 1, distance *= 2) {
    const doubled = sql.table(`staged_managers_${step}`)
    await sql`
      create temporary table ${doubled} on commit drop as
      select near.line, far.above from ${pointers} near join ${pointers} far on far.line = near.above`.execute(trx)
    left = await sizeOf(trx, doubled)
    pointers = doubled
  }
  if (left === 0) return []
  const cycles = await sql<{ line: number }>`select distinct above as line from ${pointers} order by line`.execute(trx)
  return cycles.rows.map(({ line }) => line)
}

async function sizeOf(trx: EmployeeTransaction, table: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from ${table}`.execute(trx)
  return rows[0]?.count ?? 0
}

import { type CompiledQuery, sql } from 'kysely'
import type { EmployeeDatabase } from '../../database/employee-database.ts'
import type { Employee } from '../employee.ts'
import type { EmployeeFilter, EmployeeListing } from '../employee-listing.ts'
import type { EmployeeSort } from '../employee-sort.ts'
import { EMPLOYEE_COLUMNS, type EmployeeRow, toEmployee } from '../employee-table.ts'
import { type Candidates, candidates, candidatesInOrder, orderOf } from './candidates-repository.ts'
import { containsAll, findSearchWords, isInIndexes } from './search-repository.ts'
import type { SearchWord } from './search-words.ts'

type SearchLimits = {
  /** So many employees are looked at in the order of the list before an index is asked for all matches. */
  readonly scanned: number
  /** At most so many matches are collected and sorted. */
  readonly collected: number
}

const LIMITS: SearchLimits = { scanned: 2000, collected: 20_000 }

type Search = EmployeeListing & Candidates & { readonly words: readonly SearchWord[] }

/**
 * The employees of one page. How a search finds them, and why in these steps: docs/decisions/employee-search.md.
 *
 * @param limits are only given by tests, to which a few rows should be many
 */
export async function listEmployees(
  db: EmployeeDatabase,
  listing: EmployeeListing,
  limits = LIMITS,
): Promise<Employee[]> {
  const { limit, filter } = listing
  const search: Search = { ...listing, words: await findSearchWords(db, filter.query) }
  if (search.words.length === 0) return walk(db, search)
  const near = await scanNext(db, search, limits.scanned)
  if (near.length === limit) return near
  for (;;) {
    const { first, isWhole } = await collect(db, search, Math.max(limits.collected, limit))
    if (isWhole) return first
    // Some of the matches: the page ends at the last of these at the latest.
    const bounded = await collect(db, { ...search, until: first.at(-1) })
    // Some of them may have been deleted in between; then the page reaches further.
    if (bounded.first.length === limit) return bounded.first
  }
}

/** The query for all employees that the filter finds, in order. */
export async function compileListing(
  db: EmployeeDatabase,
  filter: EmployeeFilter,
  sort: EmployeeSort,
): Promise<CompiledQuery<EmployeeRow>> {
  const words = await findSearchWords(db, filter.query)
  return candidatesInOrder(db, { filter, sort }).where(containsAll(words)).compile()
}

/** Without a search: the next employees, in order. */
async function walk(db: EmployeeDatabase, search: Search): Promise<Employee[]> {
  const rows = await candidatesInOrder(db, search).limit(search.limit).execute()
  return rows.map(toEmployee)
}

/** The matches among the next employees, in order. */
async function scanNext(db: EmployeeDatabase, search: Search, scanned: number): Promise<Employee[]> {
  const { by, direction } = orderOf(search)
  const next = candidates(db, search)
    .selectAll()
    .select(by.as('sort_key'))
    .orderBy(by, direction)
    .orderBy('id', direction)
    .limit(sql.lit(scanned))
  const rows = await db
    .selectFrom(next.as('employees'))
    .select(EMPLOYEE_COLUMNS)
    .where(containsAll(search.words))
    .orderBy('sort_key', direction)
    .orderBy('id', direction)
    .limit(search.limit)
    .execute()
  return rows.map(toEmployee)
}

/** The first of all matches. With `most`: of the first so many that the index yields, and whether these are all. */
async function collect(db: EmployeeDatabase, search: Search, most?: number) {
  const { by, direction } = orderOf(search)
  const rows = await db
    .with(
      (matches) => matches('matches').materialized(),
      (db) => {
        const found = candidates(db, search)
          .select(['id as match', by.as('sort_key')])
          .where(containsAll(search.words))
          .where(isInIndexes(search.words))
        return most === undefined ? found : found.limit(sql.lit(most + 1))
      },
    )
    .with('first', (db) =>
      db
        .selectFrom('matches')
        .select(['match', 'sort_key', sql<number>`(select count(*)::integer from matches)`.as('found')])
        .orderBy('sort_key', direction)
        .orderBy('match', direction)
        .limit(search.limit),
    )
    .selectFrom('first')
    .innerJoin('employees', 'employees.id', 'first.match')
    .select(EMPLOYEE_COLUMNS)
    .select('found')
    .orderBy('sort_key', direction)
    .orderBy('match', direction)
    .execute()
  return { first: rows.map(toEmployee), isWhole: most === undefined || (rows[0]?.found ?? 0) <= most }
}

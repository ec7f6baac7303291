import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import type { EmployeeDatabase } from '../../database/employee-database.ts'
import type { Employee, EmployeeStatus } from '../employee.ts'
import { type EmployeePosition, type EmployeeSort, positionOf } from '../employee-sort.ts'
import { EMPLOYEE_COLUMNS, type EmployeeRow, employeeOf, SORT_EXPRESSIONS } from '../employee-table.ts'
import { type IndexKeys, type SearchWord, searchWordsOf, UNUSUAL } from './search-words.ts'

export type EmployeeFilter = {
  /** Words that all have to be part of the name, the e-mail or the job title; accents and case don't matter. */
  readonly query?: string | undefined
  readonly department?: string | undefined
  readonly status?: EmployeeStatus | undefined
  readonly managerId?: string | undefined
}

type SearchLimits = {
  /** So many employees are looked at in the order of the list before an index is asked for all matches. */
  readonly firstLook: number
  /** So many matches are collected and sorted at most. */
  readonly mostCollected: number
}

const LIMITS: SearchLimits = { firstLook: 2000, mostCollected: 20_000 }

/** Each of so many words has a condition of its own; a limit, since statements stay prepared. */
const WORDS_APART = 3

export type EmployeeListing = ReturnType<typeof createEmployeeListing>

export function createEmployeeListing(db: Kysely<EmployeeDatabase>, limits = LIMITS) {
  return {
    /**
     * At most `limit` employees in the order of `sort`, from right behind `after` on.
     *
     * No single plan finds both rare and common words fast, and Postgres can't know which they are. So a search looks at
     * the next employees in the order first: common words fill a page from these. Then the matches are few as a rule:
     * an index finds them all, to be sorted. What is left are words that many have, none of whom come soon, like a common
     * surname in the order of names: the first of some matches say how far the page can reach at most, and few are left
     * to sort.
     */
    async list(
      filter: EmployeeFilter,
      sort: EmployeeSort,
      limit: number,
      after?: EmployeePosition,
    ): Promise<Employee[]> {
      const words = await wordsOf(db, filter)
      const page: Page = { filter, sort, limit, after, words }
      if (words.length === 0) return walk(db, page)
      const near = await lookAhead(db, page, limits)
      if (near.length === limit) return near
      for (;;) {
        const { first, isWhole } = await collect(db, page, Math.max(limits.mostCollected, limit))
        if (isWhole) return first
        const whole = await collect(db, { ...page, until: first.at(-1) })
        // Some of the first may have gone in between; then the page reaches further.
        if (whole.first.length === limit) return whole.first
      }
    },
  }
}

/** Without accents and capitals, as what is searched through. */
async function fold(db: Kysely<EmployeeDatabase>, text: string): Promise<string> {
  const { rows } = await sql<{ folded: string }>`select employees_fold(${text}) as folded`.execute(db)
  return rows[0]?.folded ?? ''
}

type Page = {
  readonly filter: EmployeeFilter
  readonly sort: EmployeeSort
  readonly limit: number
  readonly after: EmployeePosition | undefined
  /** The last one whom the page can hold. */
  readonly until?: Employee | undefined
  readonly words: readonly SearchWord[]
}

/** The query for whoever matches, all of them in order. */
export async function selectEveryone(
  db: Kysely<EmployeeDatabase>,
  filter: EmployeeFilter,
  sort: EmployeeSort,
): Promise<CompiledQuery<EmployeeRow>> {
  const words = await wordsOf(db, filter)
  return inOrder(db, { filter, sort, after: undefined, words }).where(areFound(words)).compile()
}

/** Everybody who comes next, in order. */
async function walk(db: Kysely<EmployeeDatabase>, page: Page): Promise<Employee[]> {
  const rows = await inOrder(db, page).limit(page.limit).execute()
  return rows.map(employeeOf)
}

function inOrder(db: Kysely<EmployeeDatabase>, page: Omit<Page, 'limit'>) {
  const { by, direction } = orderOf(page)
  return candidates(db, page).select(EMPLOYEE_COLUMNS).orderBy(by, direction).orderBy('id', direction)
}

/** Whoever matches among the next few. */
async function lookAhead(db: Kysely<EmployeeDatabase>, page: Page, { firstLook }: SearchLimits): Promise<Employee[]> {
  const { by, direction } = orderOf(page)
  const next = candidates(db, page)
    .selectAll()
    .select(by.as('sort_key'))
    .orderBy(by, direction)
    .orderBy('id', direction)
    .limit(sql.lit(firstLook))
  const rows = await db
    .selectFrom(next.as('employees'))
    .select(EMPLOYEE_COLUMNS)
    .where(areFound(page.words))
    .orderBy('sort_key', direction)
    .orderBy('id', direction)
    .limit(page.limit)
    .execute()
  return rows.map(employeeOf)
}

/** The first of all matches, or of the `most` that come to hand: then these are not the whole. */
async function collect(db: Kysely<EmployeeDatabase>, page: Page, most?: number) {
  const { by, direction } = orderOf(page)
  const rows = await db
    .with(
      (matches) => matches('matches').materialized(),
      (db) => {
        const found = candidates(db, page)
          .select(['id as match', by.as('sort_key')])
          .where(areFound(page.words))
          .where(areIndexed(page.words))
        return most === undefined ? found : found.limit(sql.lit(most + 1))
      },
    )
    .with('first', (db) =>
      db
        .selectFrom('matches')
        .select(['match', 'sort_key', sql<number>`(select count(*)::integer from matches)`.as('found')])
        .orderBy('sort_key', direction)
        .orderBy('match', direction)
        .limit(page.limit),
    )
    .selectFrom('first')
    .innerJoin('employees', 'employees.id', 'first.match')
    .select(EMPLOYEE_COLUMNS)
    .select('found')
    .orderBy('sort_key', direction)
    .orderBy('match', direction)
    .execute()
  return { first: rows.map(employeeOf), isWhole: most === undefined || (rows[0]?.found ?? 0) <= most }
}

function orderOf({ sort }: Pick<Page, 'sort'>) {
  return { ...SORT_EXPRESSIONS[sort], direction: sort.startsWith('-') ? 'desc' : 'asc' } as const
}

/** Whom the filter lets through, and who come behind the position. */
function candidates(db: Pick<Kysely<EmployeeDatabase>, 'selectFrom'>, page: Omit<Page, 'limit'>) {
  const { department, status, managerId } = page.filter
  const { by, type, direction } = orderOf(page)
  let select = db.selectFrom('employees')
  if (department) select = select.where('department', '=', department)
  if (status) select = select.where('status', '=', status)
  if (managerId) select = select.where('manager_id', '=', managerId)
  const behind = direction === 'desc' ? sql`<` : sql`>`
  const isBehind = ({ key, id }: EmployeePosition) => sql<boolean>`(${by}, id) ${behind} (${key}::${type}, ${id}::uuid)`
  if (page.after) select = select.where(isBehind(page.after))
  // In a form that no index knows: the matches come from the index of their words.
  if (page.until) select = select.where(sql<boolean>`not (${isBehind(positionOf(page.until, page.sort))})`)
  return select
}

/** In a form that no index knows, so that it is checked on what comes in order. */
function areFound(words: readonly SearchWord[]): RawBuilder<boolean> {
  const conditions = words.slice(0, WORDS_APART).map(({ text }) => sql`strpos(search, ${text}) > 0`)
  const rest = words.slice(WORDS_APART).map(({ text }) => text)
  if (rest.length > 0) {
    conditions.push(sql`(select bool_and(strpos(search, word) > 0) from unnest(${rest}::text[]) as word)`)
  }
  return allOf(conditions)
}

/**
 * What an index finds for these words: whoever matches, and a few more. A single character narrows nothing down beside
 * longer words. The keys stand in a query of their own, so that the planner can't look into them: its choice would hang
 * on a guess about the word.
 */
function areIndexed(words: readonly SearchWord[]): RawBuilder<boolean> {
  const longer = words.filter(({ text }) => text.length > 1)
  const telling = longer.length > 0 ? longer : words
  return allOf(telling.slice(0, WORDS_APART).map(({ keys }) => isIndexed(keys)))
}

function isIndexed(keys: IndexKeys): RawBuilder<boolean> {
  switch (keys.kind) {
    case 'trigrams':
      return sql`employees_trigrams(search) @> (select ${keys.all}::text[])`
    case 'pairs':
      return hasPairs(keys.all)
    case 'pair':
      return sql`(employees_trigrams(search) && (select ${keys.any}::text[]) or ${hasPairs([keys.pair])})`
  }
}

/** The index is for those alone who have unusual characters. */
const hasPairs = (pairs: readonly string[]): RawBuilder<boolean> =>
  sql`(search ~ ${sql.lit(UNUSUAL.source)} and employees_pairs(search) @> (select ${pairs}::text[]))`

function allOf(conditions: readonly RawBuilder<unknown>[]): RawBuilder<boolean> {
  return conditions.length === 0 ? sql`true` : sql`${sql.join(conditions, sql` and `)}`
}

async function wordsOf(db: Kysely<EmployeeDatabase>, { query }: EmployeeFilter) {
  return query ? searchWordsOf(await fold(db, query)) : []
}

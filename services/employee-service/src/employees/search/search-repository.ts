import { normalizeEmailsIn } from '@latchkey/problems'
import { type RawBuilder, sql } from 'kysely'
import type { EmployeeDatabase } from '../../database/employee-database.ts'
import { commonKeysOf, type PairKeys, type SearchWord, searchWordsOf, UNUSUAL } from './search-words.ts'

/** Each of so many words has a condition of its own. There is a limit, as statements stay prepared. */
const MOST_CONDITIONS = 3

/** The words of a search, in the form of the column `search`: without accents and capitals. None for an empty search. */
export async function findSearchWords(db: EmployeeDatabase, query: string | undefined): Promise<SearchWord[]> {
  if (!query) return []
  const { rows } = await sql<{ folded: string }>`select employees_fold(${normalizeEmailsIn(query)}) as folded`.execute(
    db,
  )
  return searchWordsOf(rows[0]?.folded ?? '')
}

/** Whether all words are part of an employee. No index knows this form, so it is checked row by row, in the order of the list. */
export function containsAll(words: readonly SearchWord[]): RawBuilder<boolean> {
  const conditions = words.slice(0, MOST_CONDITIONS).map(({ text }) => sql`strpos(search, ${text}) > 0`)
  const rest = words.slice(MOST_CONDITIONS).map(({ text }) => text)
  if (rest.length > 0) {
    conditions.push(sql`(select bool_and(strpos(search, word) > 0) from unnest(${rest}::text[]) as word)`)
  }
  return all(conditions)
}

/**
 * What an index finds for these words: every match, and a few more. All keys that one scan of an index can take are together, so that it
 * looks the frequent ones up only where the rare ones are. They stand in a subquery, so that the planner cannot look into them: its
 * choice would depend on a guess about the word.
 */
export function isInIndexes(words: readonly SearchWord[]): RawBuilder<boolean> {
  const common = commonKeysOf(words)
  const keys = words.map((word) => word.keys)
  const hasCommon = common.length > 0 ? [sql`employees_trigrams(search) @> (select ${common}::text[])`] : []
  // A second word of two letters would cost more than it narrows down.
  const pair = keys.find((some) => some.kind === 'pair')
  const unusual = keys.filter((some) => some.kind === 'pairs').slice(0, MOST_CONDITIONS)
  return all([
    ...(pair === undefined ? hasCommon : [hasPair(pair, hasCommon)]),
    ...unusual.map((some) => hasPairs(some.all)),
  ])
}

/** Two letters: among the trigrams that begin with them, together with other keys of that index, or beside an unusual character. */
function hasPair({ any, pair }: PairKeys, others: readonly RawBuilder<unknown>[]): RawBuilder<boolean> {
  const inTrigrams = all([...others, sql`employees_trigrams(search) && (select ${any}::text[])`])
  return sql`((${inTrigrams}) or ${hasPairs([pair])})`
}

/** The index of pairs holds only employees with unusual characters. */
const hasPairs = (pairs: readonly string[]): RawBuilder<boolean> =>
  sql`(search ~ ${sql.lit(UNUSUAL.source)} and employees_pairs(search) @> (select ${pairs}::text[]))`

function all(conditions: readonly RawBuilder<unknown>[]): RawBuilder<boolean> {
  return conditions.length === 0 ? sql`true` : sql`${sql.join(conditions, sql` and `)}`
}

import { commonProblems } from './common-problems.ts'
import { UUID } from './uuid.ts'

/** One page of a list. `nextCursor` is null on the last page. */
export type Page<Item> = { readonly items: Item[]; readonly nextCursor: string | null }

/**
 * The page in a query's rows. The query asks for `limit + 1` of them: the extra one shows that there is a next page.
 *
 * @param cursorOf the cursor of the last row on the page, see {@link encodeCursor}
 */
export function pageOf<Row>(rows: readonly Row[], limit: number, cursorOf: (last: Row) => string): Page<Row> {
  const items = rows.slice(0, limit)
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : cursorOf(last) }
}

/** The opaque text of a position in a list: base64url. */
export const encodeCursor = (position: string): string => Buffer.from(position).toString('base64url')

/**
 * The position in a cursor. Only the exact text that {@link encodeCursor} writes is one: no second spelling, nothing hidden.
 *
 * @param parse reads a position; undefined for what is none
 * @throws `invalid_request` for what was never a cursor
 */
export function decodeCursor<Position>(
  cursor: string,
  parse: (text: string) => Position | undefined,
  message = 'must be a nextCursor of an earlier answer',
): Position {
  const text = Buffer.from(cursor, 'base64url').toString()
  const position = encodeCursor(text) === cursor ? parse(text) : undefined
  if (position !== undefined) return position
  throw new commonProblems.invalid_request({ errors: [{ path: 'query/cursor', message }] })
}

/**
 * The id in the cursor of a list that is ordered by id, or undefined without a cursor: the list starts at its beginning.
 *
 * @param form what an id looks like; a UUID unless given
 * @throws `invalid_request` for what was never a cursor
 */
export function idOfCursor(cursor: string | undefined, form: RegExp = UUID): string | undefined {
  return cursor === undefined ? undefined : decodeCursor(cursor, (id) => (form.test(id) ? id : undefined))
}

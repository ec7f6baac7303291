import { edgeProblems } from '@latchkey/service-kit'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** One page of rows that are ordered by id, out of one row more than a page holds. */
export function toPage<Row extends { id: string }>(
  rows: Row[],
  limit: number,
): { items: Row[]; nextCursor: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last ? Buffer.from(last.id).toString('base64url') : null }
}

/** The id that a page ended with. @throws `invalid_request` for what was never a cursor */
export function idOfCursor(cursor: string | undefined, form = UUID): string | undefined {
  if (cursor === undefined) return undefined
  const id = Buffer.from(cursor, 'base64url').toString()
  if (form.test(id)) return id
  const message = 'must be a nextCursor of an earlier answer'
  throw new edgeProblems.invalid_request({ errors: [{ path: 'query/cursor', message }] })
}

import { decodeCursor, encodeCursor, UUID } from '@latchkey/problems'
import { type EmployeePosition, type EmployeeSort, isSortKey } from './employee-sort.ts'

/** Far above what 200 characters of any script need; a longer cursor is refused unread. */
export const MAX_CURSOR_LENGTH = 2048

/** The cursor of a position: `[sort, key, id]` as JSON. */
export function cursorOf({ sort, key, id }: EmployeePosition): string {
  return encodeCursor(JSON.stringify([sort, key, id]))
}

/**
 * The position in a cursor.
 *
 * @throws `invalid_request` for what was never a cursor, or is one of another order
 */
export function positionIn(cursor: string, sort: EmployeeSort): EmployeePosition {
  return decodeCursor(
    cursor,
    (text) => (cursor.length > MAX_CURSOR_LENGTH ? undefined : parsePosition(text, sort)),
    'must be a nextCursor of an earlier answer with this sort',
  )
}

function parsePosition(text: string, sort: EmployeeSort): EmployeePosition | undefined {
  const parts = parse(text)
  if (!Array.isArray(parts) || parts.length !== 3) return undefined
  const [madeFor, key, id]: unknown[] = parts
  if (madeFor !== sort || typeof key !== 'string' || typeof id !== 'string') return undefined
  if (!isSortKey(sort, key) || !UUID.test(id) || id !== id.toLowerCase()) return undefined
  // Only the exact text that cursorOf writes: no second spelling of one position.
  return JSON.stringify(parts) === text ? { sort, key, id } : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

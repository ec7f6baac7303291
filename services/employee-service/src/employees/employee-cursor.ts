import { type EmployeePosition, type EmployeeSort, isSortKey } from './employee-sort.ts'

/** Far above what 200 characters of any script need; longer ones aren't worth decoding. */
export const MAX_CURSOR_LENGTH = 2048

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The opaque text of a position: base64url of `[sort, key, id]` as JSON. */
export function encodeCursor({ sort, key, id }: EmployeePosition): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString('base64url')
}

/** The position in a cursor; undefined when it isn't one of ours or was made for another order. */
export function decodeCursor(cursor: string, sort: EmployeeSort): EmployeePosition | undefined {
  if (cursor.length > MAX_CURSOR_LENGTH) return undefined
  const parts = parse(Buffer.from(cursor, 'base64url').toString())
  if (!Array.isArray(parts) || parts.length !== 3) return undefined
  const [madeFor, key, id]: unknown[] = parts
  if (madeFor !== sort || typeof key !== 'string' || typeof id !== 'string') return undefined
  if (!isSortKey(sort, key) || !UUID.test(id)) return undefined
  const position = { sort, key, id }
  // Only the exact text that we would write: no second spelling of one place, nothing hidden beside it.
  return encodeCursor(position) === cursor ? position : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

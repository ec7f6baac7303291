import { normalizeEmailsIn } from '@latchkey/problems'
import { sql } from 'kysely'
import type { AuthDatabase } from '../database/auth-database.ts'
import { type User, type UserStatus, uniqueKey } from './user.ts'
import { toAccount } from './user-table.ts'

export type UserFilter = {
  /** Part of the e-mail address, the user name or the full name, in any case of letters. */
  readonly query?: string | undefined
  readonly status?: UserStatus | undefined
  readonly role?: string | undefined
  /** Id of a user or client. */
  readonly invitedBy?: string | undefined
}

/** Active accounts with one of these roles, the oldest first. */
export async function listActiveHolders(db: AuthDatabase, roles: readonly string[], limit: number): Promise<User[]> {
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where('roles', '&&', sql<string[]>`${[...roles]}::text[]`)
    .where('status', '=', 'active')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => toAccount(row).user)
}

/** A page, newest accounts first, of those created before the account `beforeId`. */
export async function listUsers(
  db: AuthDatabase,
  filter: UserFilter,
  limit: number,
  beforeId: string | undefined,
): Promise<User[]> {
  const { query: text, status, role, invitedBy } = filter
  let query = db.selectFrom('users').selectAll().orderBy('id', 'desc').limit(limit)
  if (text !== undefined) {
    const part = uniqueKey(normalizeEmailsIn(text)).replace(/[\\%_]/g, '\\$&')
    query = query.where('search', 'like', `%${part}%`)
  }
  if (status !== undefined) query = query.where('status', '=', status)
  if (role !== undefined) query = query.where('roles', '@>', sql<string[]>`array[${role}]`)
  if (invitedBy !== undefined) query = query.where('invited_by', '=', invitedBy)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return (await query.execute()).map((row) => toAccount(row).user)
}

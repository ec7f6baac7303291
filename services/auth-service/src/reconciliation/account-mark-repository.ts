import { sql } from 'kysely'
import type { AuthDatabase } from '../database/auth-database.ts'
import { type AccountMark, markOfErased } from './account-mark.ts'

/** `since`: of accounts that have changed since; of all unless given. */
type Page = { readonly since: Date | undefined; readonly afterId: string | undefined; readonly limit: number }

/** A page of what there is to mark, in the order of ids. */
export async function listAccountMarks(db: AuthDatabase, { since, afterId, limit }: Page): Promise<AccountMark[]> {
  let query = db
    .selectFrom('users')
    .select(['id', 'token_version', 'status', 'password_version'])
    .orderBy('id')
    .limit(limit)
  if (since !== undefined) query = query.where('updated_at', '>=', since)
  if (afterId !== undefined) query = query.where('id', '>', afterId)
  return (await query.execute()).map((row) => ({
    userId: row.id,
    tokenVersion: row.token_version,
    status: row.status,
    passwordVersion: row.password_version,
  }))
}

/** The same for accounts that were erased. */
export async function listErasedMarks(db: AuthDatabase, { since, afterId, limit }: Page): Promise<AccountMark[]> {
  let query = db.selectFrom('erased_users').select('id').orderBy('id').limit(limit)
  if (since !== undefined) query = query.where('erased_at', '>=', since)
  if (afterId !== undefined) query = query.where('id', '>', afterId)
  return (await query.execute()).map(({ id }) => markOfErased(id))
}

/** Those of the ids that Postgres has no account of, and never had. */
export async function listUnknownIds(db: AuthDatabase, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from unnest(${[...ids]}::uuid[]) as asked (id)
    where not exists (select from users where users.id = asked.id)
      and not exists (select from erased_users where erased_users.id = asked.id)`.execute(db)
  return rows.map(({ id }) => id)
}

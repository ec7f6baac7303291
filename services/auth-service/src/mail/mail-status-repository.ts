import { sql } from 'kysely'
import type { AuthDatabase } from '../database/auth-database.ts'

/** Mails that are still to be sent. */
export type PendingMails = { readonly count: number; readonly oldest: Date | undefined }

export async function findPendingMails(db: AuthDatabase): Promise<PendingMails> {
  const { count, oldest } = await db
    .selectFrom('mails')
    .select(({ fn }) => [fn.countAll<string>().as('count'), fn.min('created_at').as('oldest')])
    .where('done_at', 'is', null)
    .executeTakeFirstOrThrow()
  return { count: Number(count), oldest: oldest ?? undefined }
}

/** Some that have been pending since before, with a job or without. By chance, so that each has its turn. */
export async function listOverdueMails(db: AuthDatabase, before: Date, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('mails')
    .select('id')
    .where('done_at', 'is', null)
    .where('created_at', '<', before)
    .orderBy(sql`random()`)
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/**
 * Why the newest mail to each user was refused, or could not be sent so far; users whose newest mail has no trouble are not in it.
 * @param userIds UUIDs
 */
export function listMailErrorsOfUsers(db: AuthDatabase, userIds: readonly string[]): Promise<Map<string, string>> {
  return listMailErrors(db, 'user_id', userIds)
}

/** The same for the newest mail of each link, such as an invitation. */
export function listMailErrorsOfLinks(db: AuthDatabase, linkIds: readonly string[]): Promise<Map<string, string>> {
  return listMailErrors(db, 'link_id', linkIds)
}

async function listMailErrors(
  db: AuthDatabase,
  column: 'user_id' | 'link_id',
  ids: readonly string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ owner: string; last_error: string }>`
    select owner, last_error
    from unnest(${ids}::uuid[]) owner
    cross join lateral (
      select last_error from mails where ${sql.ref(column)} = owner order by id desc limit 1
    ) newest
    where last_error is not null`.execute(db)
  return new Map(rows.map((row) => [row.owner, row.last_error]))
}

/** Deletes mails that were done with before, and quotas that limit nothing any more. */
export async function deleteMailsBefore(db: AuthDatabase, before: Date): Promise<void> {
  await db.deleteFrom('mails').where('done_at', '<', before).execute()
  await sql`
    delete from mail_quotas
    where asked_at[cardinality(asked_at)] < clock_timestamp() - interval '1 hour'`.execute(db)
}

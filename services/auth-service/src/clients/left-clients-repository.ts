import { type RawBuilder, sql } from 'kysely'
import type { AuthDatabase } from '../database/auth-database.ts'

/**
 * Adds to `reached (id)`, ids of users and clients, what they lead to: clients that one of them made, or holds a live secret of. Also
 * through clients that are deleted by now.
 */
const reachedClients = (start: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  reached (id) as (
    ${start}
    union
    select led.client_id from reached, lateral (
      select client_id from service_clients where created_by = reached.id
      union all
      select client_id from client_secrets where created_by = reached.id and retired_at is null
    ) led)`

/**
 * Ids of the live clients that a user leaves behind: those that the user made, or clients of theirs made, or of which one of them issued
 * a secret that is still live. In a transaction that has locked the user's row there will be no more of them.
 */
export async function listClientsLeftBy(db: AuthDatabase, userId: string): Promise<string[]> {
  const { rows } = await sql<{ client_id: string }>`
    with recursive ${reachedClients(sql`select ${userId}::text`)}
    select client_id from service_clients
    where client_id in (select id from reached) and deleted_at is null order by client_id`.execute(db)
  return rows.map((row) => row.client_id)
}

/**
 * How many live clients have a live secret that a disabled or erased account may know: it was issued by that account, or by a client that
 * the account leads to.
 */
export async function countClientsOfLeavers(db: AuthDatabase): Promise<number> {
  const leavers = sql`
    select id from (
      select created_by as id from service_clients union select created_by from client_secrets where retired_at is null
    ) maker
    where id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' and not exists (
      select from users
      where status <> 'disabled'
        -- Clients make some, too, and a condition may be evaluated before the one above.
        and users.id = case when maker.id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then maker.id::uuid end)`
  const { rows } = await sql<{ count: string }>`
    with recursive ${reachedClients(leavers)}
    select count(distinct client_id) from client_secrets join service_clients using (client_id)
    where retired_at is null and deleted_at is null
      and client_secrets.created_by in (select id from reached)`.execute(db)
  return Number(rows[0]?.count)
}

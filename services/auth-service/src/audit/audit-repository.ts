import { answerWithin } from '@latchkey/database'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { AuditEvent, AuditEventType, AuditOrigin, NewAuditEvent } from './audit-event.ts'
import { toAuditEvent, toNewRow } from './audit-table.ts'
import type { FoldedRefusal } from './refusal-batch.ts'

export async function insertAuditEvents(
  db: AuthDatabase,
  origin: AuditOrigin,
  events: readonly NewAuditEvent[],
): Promise<void> {
  if (events.length === 0) return
  const rows = events.map((event) => toNewRow(uuidv7(), origin, event))
  await insertRows(db, rows)
}

/** A refusal that another replica has written already adds to the count there. */
export async function insertRefusals(db: AuthDatabase, refusals: readonly FoldedRefusal[]): Promise<void> {
  const rows = refusals.map(({ id, origin, event, count, lastAt, foldKey }) => ({
    ...toNewRow(id, origin, event),
    count,
    last_at: lastAt,
    fold_key: foldKey,
  }))
  await insertRows(db, rows)
}

/** One statement for both tables, the same for any number of events. */
async function insertRows(db: AuthDatabase, rows: readonly object[]): Promise<void> {
  await sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (
        id uuid, at timestamptz, type text, outcome text, actor_id text, subject_id text, device_id text, request_id text,
        details jsonb, count integer, last_at timestamptz, fold_key uuid,
        ip text, user_agent text, caller_request_id text, personal jsonb)),
    inserted as (
      insert into audit_events
        (id, at, type, outcome, actor_id, subject_id, device_id, request_id, details, count, last_at, fold_key)
      select id, at, type, outcome, actor_id, subject_id, device_id, request_id, details, coalesce(count, 1), last_at, fold_key
      -- In one order, so that replicas do not wait for each other in a circle.
      from given order by fold_key, id
      on conflict (fold_key) where fold_key is not null do update
      set count = audit_events.count + excluded.count, last_at = greatest(audit_events.last_at, excluded.last_at)
      returning id),
    -- A refusal may be written after the account that it is about was erased.
    erased as (
      select erased_users.id::text as person
      from given, lateral (values (actor_id), (subject_id)) as concerned (person)
      join erased_users on erased_users.id =
        case when person ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then person::uuid end)
    insert into audit_personal (event_id, ip, user_agent, caller_request_id, details)
    select id, ip, user_agent, caller_request_id, case when subject_id in (select person from erased) then null else personal end
    from given join inserted using (id)
    where coalesce(actor_id, subject_id, '') not in (select person from erased)
      and num_nonnulls(ip, user_agent, caller_request_id, personal) > 0`.execute(db)
}

export type AuditFilter = {
  /** Finds the actor and the subject. */
  readonly userId?: string | undefined
  readonly deviceId?: string | undefined
  readonly type?: AuditEventType | undefined
  readonly since?: Date | undefined
  readonly until?: Date | undefined
}

/** A page, newest first, of the events before `beforeId`. */
export async function listAuditEvents(
  db: AuthDatabase,
  filter: AuditFilter,
  limit: number,
  beforeId: string | undefined,
): Promise<AuditEvent[]> {
  const { userId, deviceId, type, since, until } = filter
  let query = db
    .selectFrom('audit_events')
    .leftJoin('audit_personal', 'event_id', 'id')
    .select(['id', 'at', 'last_at', 'count', 'type', 'outcome', 'actor_id', 'subject_id', 'device_id', 'request_id'])
    .select(['ip', 'user_agent', 'caller_request_id', 'audit_events.details', 'audit_personal.details as personal'])
    .orderBy('id', 'desc')
    .limit(limit)
  if (userId !== undefined)
    query = query.where((eb) => eb.or([eb('actor_id', '=', userId), eb('subject_id', '=', userId)]))
  if (deviceId !== undefined) query = query.where('device_id', '=', deviceId)
  if (type !== undefined) query = query.where('type', '=', type)
  if (since !== undefined) query = query.where('at', '>=', since)
  if (until !== undefined) query = query.where('at', '<', until)
  if (beforeId !== undefined) query = query.where('id', '<', beforeId)
  return (await query.execute()).map(toAuditEvent)
}

/**
/**
 * Takes away every personal value of a user in the trail, also where the entries of others name one of the user's addresses, and
 * records that. The events stay. What is written later of an id that has a tombstone is without such values.
 * @param erased.addressKeys as they are compared
 */
export async function eraseAuditOf(
  trx: AuthTransaction,
  { userId, addressKeys, timeoutMs }: { userId: string; addressKeys: readonly string[]; timeoutMs: number },
): Promise<void> {
  await sql`select set_config('statement_timeout', ${String(timeoutMs)}, true)`.execute(trx)
  await sql`${answerWithin(timeoutMs)}
    select audit_erase(${userId}::uuid, ${[...addressKeys]}::text[])`.execute(trx)
}

/** The first trimming after years may take long, and holds up nothing. Milliseconds. */
const TRIM_TIMEOUT_MS = 15 * 60_000

/** Deletes the entries before `before`, and records how many. */
export async function trimAudit(db: AuthDatabase, before: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select set_config('statement_timeout', ${String(TRIM_TIMEOUT_MS)}, true)`.execute(trx)
    await sql`${answerWithin(TRIM_TIMEOUT_MS)} select audit_trim(${before})`.execute(trx)
  })
}

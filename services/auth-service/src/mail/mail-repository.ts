import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { uniqueKey } from '../users/user.ts'
import type { MailFacts, MailKind } from './mail.ts'
import { type MailOutcome, type OutboxMail, toOutboxMail } from './mail-table.ts'

export type NewMail = {
  readonly kind: MailKind
  readonly address: string
  readonly userId?: string
  readonly linkId?: string
  readonly facts?: MailFacts
}

/**
 * Writes a mail into the outbox, unless its mailbox was sent `limit` of this kind within the hour: the same single statement
 * whether or not the address belongs to anybody. Undefined when the limit is reached.
 */
export async function insertMail(trx: AuthTransaction, mail: NewMail, limit: number): Promise<string | undefined> {
  const { kind, address, userId = null, linkId = null, facts = {} } = mail
  const key = uniqueKey(address)
  const { rows } = await sql<{ id: string }>`
    insert into mails (id, kind, user_id, link_id, address, address_key, facts)
    select ${uuidv7()}, ${kind}, ${userId}, ${linkId}, ${address}, ${key}, ${JSON.stringify(facts)}
    where (select count(*) from mails
           where address_key = ${key} and kind = ${kind} and created_at > now() - interval '1 hour') < ${limit}
    returning id`.execute(trx)
  return rows[0]?.id
}

/** A mail that is still to be sent. */
export async function findOpenMail(db: AuthDatabase, id: string): Promise<OutboxMail | undefined> {
  const row = await db
    .selectFrom('mails')
    .selectAll()
    .where('id', '=', id)
    .where('done_at', 'is', null)
    .executeTakeFirst()
  if (row?.address == null) return undefined
  return toOutboxMail({ ...row, address: row.address })
}

/** Puts the link that was made for a mail beside it. */
export async function attachLink(
  trx: AuthTransaction,
  mailId: string,
  { userId, linkId, address }: { userId: string; linkId: string; address: string },
): Promise<void> {
  await trx.updateTable('mails').set({ user_id: userId, link_id: linkId, address }).where('id', '=', mailId).execute()
}

export async function markMailDone(db: AuthDatabase, id: string, outcome: MailOutcome, error?: string): Promise<void> {
  await db
    .updateTable('mails')
    .set((eb) => ({
      done_at: sql<Date>`now()`,
      outcome,
      attempts: eb('attempts', '+', 1),
      last_error: error ?? null,
    }))
    .where('id', '=', id)
    .execute()
}

export async function noteMailFailure(db: AuthDatabase, id: string, error: string): Promise<void> {
  await db
    .updateTable('mails')
    .set((eb) => ({ attempts: eb('attempts', '+', 1), last_error: error }))
    .where('id', '=', id)
    .execute()
}

/** Why the newest mail to a user could not be delivered; undefined when it could, or is on its way without trouble. */
export async function findLastMailError(db: AuthDatabase, userId: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('mails')
    .select('last_error')
    .where('user_id', '=', userId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.last_error ?? undefined
}

/** Open mails that no attempt has touched for long: their jobs may be gone. */
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

/** Deletes what the outbox has for a mailbox, whoever it was meant for, and the name of a user in mails to others. */
export async function eraseFromMails(
  trx: AuthTransaction,
  { userId, addresses }: { userId: string; addresses: readonly string[] },
): Promise<void> {
  await trx
    .deleteFrom('mails')
    .where((eb) => eb.or([eb('user_id', '=', userId), eb('address_key', 'in', addresses.map(uniqueKey))]))
    .execute()
  await trx
    .updateTable('mails')
    .set({ facts: '{}' })
    .where('link_id', 'in', (eb) => eb.selectFrom('links').select('id').where('created_by', '=', userId))
    .execute()
}

/** Takes the personal values out of mails that are done with and count for no limit any more. */
export async function stripMailsBefore(db: AuthDatabase, before: Date): Promise<void> {
  await db
    .updateTable('mails')
    .set({ address: null, address_key: null, facts: '{}' })
    .where('done_at', '<', before)
    .where('address', 'is not', null)
    .execute()
  await db.deleteFrom('mails').where('done_at', '<', before).where('user_id', 'is', null).execute()
}

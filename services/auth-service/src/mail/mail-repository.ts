import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import { LINK_TTL_MS } from '../links/link.ts'
import { uniqueKey } from '../users/user.ts'
import { isNotice, type MailKind, type NewMail } from './mail.ts'
import { type MailOutcome, type OpenMail, toOpenMail } from './mail-table.ts'

/** Mails of one kind that one mailbox gets within an hour, whoever asks for them. */
const MAILS_PER_HOUR = 3

/**
 * Writes a mail into the outbox, unless its mailbox was sent enough of this kind within the hour: one statement, the same whether or
 * not the address belongs to an account. Transactions that ask for the same mailbox and kind at once wait for each other.
 *
 * What links of this kind are worth ends within the hour for some: then one more is sent as soon as the last one works no longer. So a
 * stranger who asks for all of them leaves the owner with a link that works, or with the next one that they ask for.
 * Undefined when the limit is reached.
 */
export async function insertMail(trx: AuthTransaction, mail: NewMail): Promise<string | undefined> {
  const { kind, address, userId = null, linkId = null, facts = {}, isUnlimited = false } = mail
  const linkTtlMs = isNotice(kind) ? undefined : LINK_TTL_MS[kind]
  const { rows } = await sql<{ id: string }>`
    with quota as (
      insert into mail_quotas (mailbox, asked_at) values (${mailboxOf(kind, address)}, array[clock_timestamp()])
      on conflict (mailbox) do update
      set asked_at = (mail_quotas.asked_at || clock_timestamp())[cardinality(mail_quotas.asked_at) + 2 - ${MAILS_PER_HOUR} : ]
      where cardinality(mail_quotas.asked_at) < ${MAILS_PER_HOUR}
         or mail_quotas.asked_at[1] <= clock_timestamp() - interval '1 hour'
         or mail_quotas.asked_at[cardinality(mail_quotas.asked_at)] <= clock_timestamp() - ${linkTtlMs ?? null}::float8 * interval '1 ms'
         or ${isUnlimited}
      returning 1
    )
    insert into mails (id, kind, user_id, link_id, address, facts)
    select ${uuidv7()}::uuid, ${kind}, ${userId}::uuid, ${linkId}::uuid, ${address}, ${JSON.stringify(facts)}::jsonb from quota
    returning id`.execute(trx)
  return rows[0]?.id
}

const mailboxOf = (kind: MailKind, address: string): Buffer =>
  createHash('sha256')
    .update(`${kind} ${uniqueKey(address)}`)
    .digest()

/** Undefined once the mail is done with, or erased. */
export async function findOpenMail(db: AuthDatabase, id: string): Promise<OpenMail | undefined> {
  const row = await db
    .selectFrom('mails')
    .selectAll()
    .where('id', '=', id)
    .where('done_at', 'is', null)
    .executeTakeFirst()
  return row && toOpenMail(row)
}

/** Puts the link that was made for a mail beside it. */
export async function attachLink(
  trx: AuthTransaction,
  mailId: string,
  { userId, linkId, address }: { userId: string; linkId: string; address: string },
): Promise<void> {
  await trx.updateTable('mails').set({ user_id: userId, link_id: linkId, address }).where('id', '=', mailId).execute()
}

/** What remains is that it was sent, and whether that succeeded: address and facts go. `error` replaces the last one. */
export async function markMailDone(
  db: AuthDatabase,
  id: string,
  outcome: MailOutcome,
  error?: string | null,
): Promise<void> {
  await db
    .updateTable('mails')
    .set((eb) => ({
      done_at: sql<Date>`now()`,
      outcome,
      attempts: eb('attempts', '+', 1),
      address: null,
      facts: '{}',
      ...(error !== undefined && { last_error: error }),
    }))
    .where('id', '=', id)
    .where('done_at', 'is', null)
    .execute()
}

/** For a mail that there is no reason to send. */
export async function deleteMail(db: AuthDatabase, id: string): Promise<void> {
  await db.deleteFrom('mails').where('id', '=', id).execute()
}

export async function recordMailFailure(db: AuthDatabase, id: string, error: string): Promise<void> {
  await db
    .updateTable('mails')
    .set((eb) => ({ attempts: eb('attempts', '+', 1), last_error: error }))
    .where('id', '=', id)
    .where('done_at', 'is', null)
    .execute()
}

/** Deletes what the outbox has for a mailbox, whoever it was meant for, and what names a user in mails to others. */
export async function eraseFromMails(
  trx: AuthTransaction,
  { userId, addressKeys }: { userId: string; addressKeys: readonly string[] },
): Promise<void> {
  await trx.deleteFrom('mails').where('user_id', '=', userId).execute()
  // Only what is still to be sent has an address.
  if (addressKeys.length > 0) {
    await trx.deleteFrom('mails').where('done_at', 'is', null).where(sql`lower(address)`, 'in', addressKeys).execute()
  }
  await trx.deleteFrom('mails').where('done_at', 'is', null).where(sql`facts->>'accountId'`, '=', userId).execute()
  await trx
    .updateTable('mails')
    .set({ facts: '{}' })
    .where('link_id', 'in', (eb) => eb.selectFrom('links').select('id').where('created_by', '=', userId))
    .execute()
}

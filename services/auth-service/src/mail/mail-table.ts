import type { ColumnType, Generated, Selectable } from 'kysely'
import type { MailFacts, MailKind } from './mail.ts'

/** How a mail ended: sent, refused by its mailbox, or without an attempt that succeeded before it was of no use any more. */
export type MailOutcome = 'sent' | 'refused' | 'expired'

/** The outbox. */
export type MailTable = {
  /** UUIDv7: its order is that of time. */
  id: string
  kind: MailKind
  /** Null where the worker finds out whose address it is. */
  user_id: string | null
  link_id: string | null
  /** Null, and without facts, once the mail is done with. */
  address: string | null
  facts: ColumnType<MailFacts, string, string>
  created_at: Generated<Date>
  done_at: Date | null
  outcome: MailOutcome | null
  attempts: Generated<number>
  last_error: string | null
}

/** When a mailbox was asked mails of one kind for, at most as often as it gets them. */
export type MailQuotaTable = {
  /** SHA-256 of kind and address. */
  mailbox: Buffer
  /** Oldest first. */
  asked_at: ColumnType<Date[], never, never>
}

/** A mail that is still to be sent. */
export type OpenMail = {
  readonly id: string
  readonly kind: MailKind
  readonly linkId: string | null
  readonly address: string
  readonly facts: MailFacts
  readonly createdAt: Date
}

export function toOpenMail(row: Selectable<MailTable>): OpenMail {
  const { id, kind, address, facts } = row
  return { id, kind, linkId: row.link_id, address: address ?? '', facts, createdAt: row.created_at }
}

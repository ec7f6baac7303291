import type { ColumnType, Generated, Selectable } from 'kysely'
import type { MailFacts, MailKind } from './mail.ts'

/** How the sending of a mail ended. `dropped`: there was no reason to send it, as for an address without an account. */
export type MailOutcome = 'sent' | 'refused' | 'expired' | 'dropped'

/** The outbox. */
export type MailTable = {
  /** UUIDv7: its order is that of time. */
  id: string
  kind: MailKind
  /** Null where the worker finds out whose address it is. */
  user_id: string | null
  link_id: string | null
  address: string | null
  address_key: string | null
  facts: ColumnType<MailFacts, string, string>
  created_at: Generated<Date>
  done_at: Date | null
  outcome: MailOutcome | null
  attempts: Generated<number>
  last_error: string | null
}

export type OutboxMail = {
  readonly id: string
  readonly kind: MailKind
  readonly userId: string | null
  readonly linkId: string | null
  readonly address: string
  readonly facts: MailFacts
  readonly createdAt: Date
}

export function toOutboxMail(row: Selectable<MailTable> & { address: string }): OutboxMail {
  return {
    id: row.id,
    kind: row.kind,
    userId: row.user_id,
    linkId: row.link_id,
    address: row.address,
    facts: row.facts,
    createdAt: row.created_at,
  }
}

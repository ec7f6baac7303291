import type { LinkPurpose } from '../links/link.ts'

/** Mails that only say what happened. */
export const NOTICES = [
  'new_device',
  'password_changed',
  'address_changed',
  'roles_changed',
  'token_reused',
  'disabling_refused',
] as const
export type NoticeKind = (typeof NOTICES)[number]

/** A mail that carries a link is named after what the link is for. */
export type MailKind = LinkPurpose | NoticeKind

export const isNotice = (kind: MailKind): kind is NoticeKind => (NOTICES as readonly string[]).includes(kind)

/** What a mail is about beside its recipient. Never a token, and no text that is sent as it stands. */
export type MailFacts = {
  /** Who invited, as {@link plainName} shows it. */
  readonly inviterName?: string
  readonly deviceName?: string
  /** ISO 8601, UTC. */
  readonly at?: string
  readonly roles?: readonly string[]
  /** Of another account than the reader's, as {@link plainName} shows it, and its id: an erasure finds the mail by that. */
  readonly accountName?: string
  readonly accountId?: string
  /** Id of the service client that asked for what was refused. */
  readonly askedBy?: string
  /** Of a reset: its reader has undone a change of address, and no password works since. */
  readonly afterUndo?: boolean
  /** Of the request that asked for the mail, for the audit trail alone. */
  readonly ip?: string
  readonly requestId?: string
}

/** A mail to be sent. */
export type NewMail = {
  readonly kind: MailKind
  readonly address: string
  /** The account that it is about. Left out where only the worker finds out whose address it is. */
  readonly userId?: string
  /** The link that it carries. */
  readonly linkId?: string
  readonly facts?: MailFacts
  /** Leaves whatever its mailbox got: it belongs to a change that was made, and that nobody repeats at will. */
  readonly isUnlimited?: boolean
}

/** A mail as it is handed to the transport. */
export type MailText = { readonly subject: string; readonly text: string; readonly html: string }

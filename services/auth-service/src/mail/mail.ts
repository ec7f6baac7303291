/** Mails that carry a link. */
export const LINK_MAILS = ['invitation', 'verification', 'email_change', 'email_undo', 'password_reset'] as const
/** Mails that only say what happened. */
export const NOTICES = ['new_device', 'password_changed', 'address_changed', 'roles_changed', 'token_reused'] as const

export type MailKind = (typeof LINK_MAILS)[number] | (typeof NOTICES)[number]

/** What a mail is about beside its recipient. Never a token, and no text that is sent as it stands. */
export type MailFacts = {
  /** Who invited, as {@link plainName} shows it. */
  readonly inviterName?: string
  readonly deviceName?: string
  /** ISO 8601, UTC. */
  readonly at?: string
  readonly roles?: readonly string[]
  /** Of the request that asked for the mail, for the audit trail alone. */
  readonly ip?: string
  readonly requestId?: string
}

/** A mail as it is handed to the transport. */
export type MailText = { readonly subject: string; readonly text: string; readonly html: string }

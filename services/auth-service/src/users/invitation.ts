import type { User } from './user.ts'

/** `withdrawn`: by a change of the account, such as that of its roles, or with the authority of whoever sent it; a new link may be sent. */
export const INVITATION_STATES = ['open', 'accepted', 'expired', 'withdrawn'] as const

/** The newest invitation of an account. */
export type Invitation = {
  /** UUIDv7 of the link: its order is that of time. */
  readonly id: string
  readonly user: User
  readonly state: (typeof INVITATION_STATES)[number]
  /** Id of the user or client that asked for it. */
  readonly createdBy: string | null
  readonly createdAt: Date
  readonly expiresAt: Date
  /** Why its mail could not be delivered; null when it could, or is on its way without trouble. */
  readonly lastMailError: string | null
}

/** How the newest invitation of one account stands. */
export type InvitationStatus = Pick<Invitation, 'state' | 'expiresAt'> & {
  /** Whether a mail with the link was written. */
  readonly mailed: boolean
}

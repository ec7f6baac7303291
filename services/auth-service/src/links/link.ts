import { createHash, randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { Account } from '../users/user.ts'

/** What a mailed link is for. */
export const LINK_PURPOSES = ['invitation', 'verification', 'email_change', 'email_undo', 'password_reset'] as const
export type LinkPurpose = (typeof LINK_PURPOSES)[number]

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How long a link of each purpose works, in milliseconds. */
export const LINK_TTL_MS: Readonly<Record<LinkPurpose, number>> = {
  invitation: 7 * DAY_MS,
  verification: 7 * DAY_MS,
  email_change: DAY_MS,
  email_undo: 7 * DAY_MS,
  password_reset: 30 * MINUTE_MS,
}

/**
 * A link that opens one account for one purpose, once. It may have several tokens: one for each time that its mail was sent, and one
 * if it was shown to the caller. Using one of them uses the link.
 */
export type Link = {
  readonly id: string
  readonly purpose: LinkPurpose
  readonly userId: string
  /** The mailbox that it goes to; for `email_undo` also the address that it restores. */
  readonly address: string
  readonly bound: LinkState
  /** Whether it was shown to whoever asked for it: then its use proves no mailbox. */
  readonly shown: boolean
  /** Id of the user or client that asked for it; null for the owner of the account, who is not signed in. */
  readonly createdBy: string | null
  /** Whether its maker may vouch for the address. */
  readonly isVouched: boolean
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly usedAt: Date | null
  readonly withdrawnAt: Date | null
}

/** The part of an account's state in which a link was made. It opens nothing once that has changed. */
export type LinkState = Readonly<Record<string, unknown>>

type BoundAccount = Pick<Account, 'passwordVersion' | 'addressVersion'> & {
  readonly user: Pick<Account['user'], 'status' | 'roles'>
}

/** What a link of this purpose is bound to, when it is made. */
export function stateOf(purpose: LinkPurpose, { user, passwordVersion, addressVersion }: BoundAccount): LinkState {
  const { status } = user
  switch (purpose) {
    case 'invitation':
      return { status, addressVersion, passwordVersion, roles: [...user.roles].sort() }
    case 'verification':
      return { status, addressVersion }
    case 'email_undo':
      // Not to the password: whoever changed the address of a session left open may have changed that too.
      return { addressVersion }
    case 'email_change':
    case 'password_reset':
      return { status, addressVersion, passwordVersion }
  }
}

/**
 * Whether the account is still in the state that the link was made in. A link that undoes a change of address is made before the change
 * is confirmed, and survives that one change.
 */
export function isBoundTo({ purpose, bound }: Pick<Link, 'purpose' | 'bound'>, account: BoundAccount): boolean {
  if (isDeepStrictEqual(bound, stateOf(purpose, account))) return true
  const before = { ...account, addressVersion: account.addressVersion - 1 }
  return purpose === 'email_undo' && isDeepStrictEqual(bound, stateOf(purpose, before))
}

/** 256 random bits for the fragment of a link. */
export const newLinkToken = (): string => randomBytes(32).toString('base64url')

/** What is kept of a token. It is random, so one round of SHA-256 is enough. */
export const hashLinkToken = (token: string): Buffer => createHash('sha256').update(token).digest()

const PATHS: Readonly<Record<LinkPurpose, string>> = {
  invitation: 'accept',
  verification: 'verify',
  email_change: 'email',
  email_undo: 'undo',
  password_reset: 'reset',
}

/** Where a person opens the link. The token is in the fragment, which no browser sends and no server logs. */
export function linkUrl(base: string, purpose: LinkPurpose, token: string): string {
  return `${base.replace(/\/$/, '')}/${PATHS[purpose]}#token=${token}`
}

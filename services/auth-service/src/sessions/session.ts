import { randomBytes } from 'node:crypto'
import type { Origin } from '../audit/audit-event.ts'
import type { Account, User } from '../users/user.ts'

/** How tokens reach the client of a session; chosen at sign-in and kept for the session's life. */
export const DELIVERIES = ['hybrid', 'cookie', 'body'] as const
export type Delivery = (typeof DELIVERIES)[number]

/** Why a session ended. Kept for a week after the end, for the holder of an authentic refresh token. */
export type EndReason =
  | 'signed_out'
  | 'signed_out_everywhere'
  | 'revoked_by_user'
  | 'revoked_by_admin'
  | 'replaced'
  | 'evicted'
  | 'password_changed'
  | 'account_disabled'
  | 'token_reused'
  | 'idle_expired'
  | 'max_age_expired'
  | 'unknown'

/** What refresh needs of a user, kept beside the sessions in Redis: the public user and the token version. */
export type UserSnapshot = {
  readonly user: User
  readonly tokenVersion: number
  /** Absent in what an older version wrote. */
  readonly passwordVersion?: number | undefined
}

export const toSnapshot = ({ user, tokenVersion, passwordVersion }: Account): UserSnapshot => ({
  user,
  tokenVersion,
  passwordVersion,
})

/** Names one session: the user, the device, and the id that changes with each sign-in there. */
export type SessionKey = { readonly userId: string; readonly deviceId: string; readonly sid: string }

/** For a device or a session: 128 random bits. */
export const newId = (): string => randomBytes(16).toString('base64url')

/** A session and why it ended. */
export type SessionEnd = SessionKey & {
  readonly reason: EndReason
  /** Its client gets a new session in place of it: for the grace, its refresh tokens count as superseded. */
  readonly isRenewed?: boolean
  /** When it ended; now unless given. */
  readonly at?: Date
}

/** A device as its owner sees it. */
export type DeviceSession = {
  readonly deviceId: string
  readonly sid: string
  readonly deviceName: string
  readonly delivery: Delivery
  readonly userAgent: string
  readonly ip: string
  readonly createdAt: Date
  readonly lastSeenAt: Date
  readonly expiresAt: Date
}

/** Where a request came from; address and user agent are kept with the session. */
export type ClientContext = Origin & { readonly userAgent: string }

/**
 * The refresh token that was issued last, by its place in the session. Epoch milliseconds; the same values give the same
 * token, byte for byte.
 */
export type IssuedGeneration = {
  readonly generation: number
  readonly issuedAtMs: number
  readonly expiresAtMs: number
}

export type SessionLimits = {
  /** Idle lifetime, pushed out at each refresh. */
  readonly idleMs: number
  /** Absolute lifetime. */
  readonly maxAgeMs: number
  /** How long a refresh token stays repeatable after its successor was first issued. */
  readonly graceMs: number
  readonly maxDevicesPerUser: number
}

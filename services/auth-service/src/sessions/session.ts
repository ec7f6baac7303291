import type { Origin } from '../audit/audit-event.ts'
import type { User } from '../users/user.ts'

/** How tokens reach the client of a session; chosen at sign-in and kept for the session's life. */
export const DELIVERIES = ['hybrid', 'cookie', 'body'] as const
export type Delivery = (typeof DELIVERIES)[number]

/** Why a session is over. Kept for a week after the end and told to the holder of an authentic refresh token. */
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
export type UserSnapshot = { readonly user: User; readonly tokenVersion: number }

/** Names one session: the user, the device, and the id that changes with each sign-in there. */
export type SessionKey = { readonly userId: string; readonly deviceId: string; readonly sid: string }

/** A device as its owner sees it. Times are epoch milliseconds. */
export type DeviceSession = {
  readonly deviceId: string
  readonly sid: string
  readonly deviceName: string
  readonly userAgent: string
  readonly ip: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
}

/** Where a request came from; address and user agent are remembered with the session. */
export type ClientContext = Origin & { readonly userAgent: string }

/**
 * A refresh token's place in its session: the generation it carries and when it was handed out and expires.
 * Times are epoch milliseconds; the same values give the same token, byte for byte.
 */
export type HandedOut = { readonly generation: number; readonly handedOutAt: number; readonly expiresAt: number }

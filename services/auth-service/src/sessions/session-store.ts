import type {
  ClientContext,
  Delivery,
  DeviceSession,
  EndReason,
  HandedOut,
  SessionKey,
  UserSnapshot,
} from './session.ts'

/** A refresh token that was presented. `expiresAt` in epoch milliseconds. */
export type Presented = SessionKey & { readonly generation: number; readonly expiresAt: number }

/** The verdict on a presented refresh token; `docs/rotation.md` has the rule. */
export type Rotation =
  | {
      readonly outcome: 'rotated' | 'replayed' | 'recovered'
      readonly handedOut: HandedOut
      readonly delivery: Delivery
      readonly deviceName: string
      readonly snapshot: UserSnapshot
    }
  | { readonly outcome: 'superseded' }
  | { readonly outcome: 'reused' }
  | { readonly outcome: 'ended'; readonly reason: EndReason }

export type NewSession = SessionKey & {
  readonly delivery: Delivery
  readonly deviceName: string
  readonly client: ClientContext
  readonly snapshot: UserSnapshot
}

/** Opened, or the sessions that must end before. */
export type Opening =
  | { readonly outcome: 'opened'; readonly handedOut: HandedOut }
  | { readonly outcome: 'must_end'; readonly ends: SessionEnd[] }

/** A session as it was opened. `createdAt` in epoch milliseconds. */
export type OpenedSession = SessionKey & {
  readonly createdAt: number
  readonly delivery: Delivery
  readonly deviceName: string
}

/** A session and why it ended. */
export type SessionEnd = SessionKey & { readonly reason: EndReason }

/** Reads a user's snapshot from where users live; a change under way is waited for. Undefined when the user is gone. */
export type LoadSnapshot = (userId: string) => Promise<UserSnapshot | undefined>

/**
 * Every operation is one atomic step and, but for `rotate` and `findLive` on an empty snapshot, one round trip.
 * All reject when the store cannot be reached in time; then nothing is known of the outcome, and all may be repeated.
 */
export type SessionStore = {
  open(session: NewSession): Promise<Opening>
  /** A verdict of `reused` ends nothing yet: the caller records and announces the end, and then asks for it. */
  rotate(presented: Presented, client: { ip: string; userAgent: string }): Promise<Rotation>
  /** The user behind a live session, for services that do not take an access token's word for it. */
  findLive(session: SessionKey): Promise<{ deviceName: string; snapshot: UserSnapshot } | undefined>
  list(userId: string): Promise<DeviceSession[]>
  /** Ends a session if it is still there. */
  end(session: SessionKey, reason: EndReason): Promise<void>
  /** Puts back a session that the store lost. */
  restore(session: OpenedSession): Promise<void>
  /** To be called inside the transaction that changes a user, once the row is locked. */
  forgetSnapshot(userId: string): Promise<void>
}

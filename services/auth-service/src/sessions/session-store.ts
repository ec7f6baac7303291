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

export type EndedSession = { readonly deviceId: string; readonly sid: string; readonly reason: EndReason }

/** Reads a user's snapshot from where users live; a change under way is waited for. Undefined when the user is gone. */
export type LoadSnapshot = (userId: string) => Promise<UserSnapshot | undefined>

/**
 * Every operation is one atomic step and, but for `rotate` and `findLive` on an empty snapshot, one round trip.
 * All reject when the store cannot be reached in time; then nothing is known of the outcome, and all may be repeated.
 */
export type SessionStore = {
  open(session: NewSession): Promise<{ handedOut: HandedOut; ended: EndedSession[] }>
  rotate(presented: Presented, client: ClientContext): Promise<Rotation>
  /** The user behind a live session, for services that do not take an access token's word for it. */
  findLive(session: SessionKey): Promise<{ deviceName: string; snapshot: UserSnapshot } | undefined>
  list(userId: string): Promise<DeviceSession[]>
  /** Without `sid`, whichever session is on the device. Returns the sid that ended, if one did. */
  end(session: Omit<SessionKey, 'sid'> & { sid?: string }, reason: EndReason): Promise<string | undefined>
  endAll(userId: string, reason: EndReason, keepDeviceId?: string): Promise<EndedSession[]>
  /** To be called inside the transaction that changes a user, once the row is locked. */
  forgetSnapshot(userId: string): Promise<void>
}

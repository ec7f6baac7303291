import type {
  ClientContext,
  Delivery,
  DeviceSession,
  EndReason,
  IssuedGeneration,
  SessionEnd,
  SessionKey,
  UserSnapshot,
} from './session.ts'

/** A refresh token that was presented. */
export type PresentedGeneration = SessionKey & { readonly generation: number; readonly expiresAtMs: number }

/** What Redis has in place of a snapshot and does not count: it was written by somebody else, or is out of date. */
export type VoidSnapshot = { readonly record: string }
export type StoredSnapshot = UserSnapshot | VoidSnapshot

/** The verdict on a presented refresh token; `docs/rotation.md` has the rule. */
export type Rotation<Snapshot = UserSnapshot> =
  | {
      readonly outcome: 'rotated' | 'replayed' | 'recovered'
      readonly issued: IssuedGeneration
      readonly delivery: Delivery
      readonly deviceName: string
      readonly snapshot: Snapshot
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
  | { readonly outcome: 'opened'; readonly issued: IssuedGeneration }
  | { readonly outcome: 'must_end'; readonly ends: readonly SessionEnd[] }

/** A session as it was opened. */
export type OpenedSession = SessionKey & {
  readonly createdAt: Date
  readonly delivery: Delivery
  readonly deviceName: string
}

/** The session behind an access token, with the user it belongs to. */
export type LiveSession<Snapshot = UserSnapshot> = { readonly deviceName: string; readonly snapshot: Snapshot }

/** The store has no snapshot of the user. The lease lets one be filled in, unless the user changes first. */
export type SnapshotMissing = { readonly outcome: 'snapshot_missing'; readonly lease: string }

/**
 * What can be done with the sessions of a user: each command is one atomic step and one round trip. All reject when the store
 * cannot be reached in time; then nothing is known of the outcome, and all may be repeated.
 */
export type SessionCommands = {
  open(session: NewSession): Promise<Opening>
  /** A verdict of `reused` ends nothing yet: the caller records and publishes the end before it applies it. */
  rotate(
    presented: PresentedGeneration,
    client: { ip: string; userAgent: string },
  ): Promise<Rotation<StoredSnapshot> | SnapshotMissing>
  findLive(session: SessionKey): Promise<LiveSession<StoredSnapshot> | SnapshotMissing | undefined>
  /** Sets the snapshot of a user in place of a lease or a record, if that still stands. */
  fillSnapshot(userId: string, replaced: string, snapshot: UserSnapshot): Promise<void>
  /** To be called inside the transaction that changes a user, once the row is locked. */
  invalidateSnapshot(userId: string): Promise<void>
  list(userId: string): Promise<DeviceSession[]>
  /** Ends a session if it is still there. */
  end(end: SessionEnd): Promise<void>
  /** Forgets a user who was erased: the sessions, and the snapshot with its names. */
  forget(userId: string): Promise<void>
  /** Puts back a session that the store lost. */
  restore(session: OpenedSession): Promise<void>
}

/** How far Redis has followed the session events that are recorded. */
export type EventCheckpoint = {
  /** An event was applied. */
  advance(eventId: string): void
  /** Runs commands on the store. @throws `unavailable` when a part of the store was being replaced: it may lack what they did */
  confirm<Result>(work: () => Promise<Result>): Promise<Result>
  /**
   * Has `work` apply recorded events up to this one. When that fails, they may have been applied by half, or to a node that was being
   * replaced: what was recorded lately is applied again soon.
   */
  apply(eventId: string | undefined, work: () => Promise<void>): Promise<void>
}

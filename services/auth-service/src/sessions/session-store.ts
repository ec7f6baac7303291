import { unavailable } from '@latchkey/problems'
import type { AuthDatabase } from '../database/auth-database.ts'
import { findAccountForShare } from '../users/user-repository.ts'
import { type SessionKey, toSnapshot, type UserSnapshot } from './session.ts'
import type {
  LiveSession,
  PresentedGeneration,
  Rotation,
  SessionCommands,
  SnapshotMissing,
  StoredSnapshot,
} from './session-commands.ts'

/** The sessions of all users. As {@link SessionCommands}, with snapshots of users filled in where they are missing or do not count. */
export type SessionStore = Pick<SessionCommands, 'open' | 'list' | 'end' | 'forget' | 'invalidateSnapshot'> & {
  /** A verdict of `reused` ends nothing yet: the caller records and publishes the end, and then applies it. */
  rotate(presented: PresentedGeneration, client: { ip: string; userAgent: string }): Promise<Rotation>
  /** The user behind a live session, for services that do not take an access token's word for it. */
  findLive(session: SessionKey): Promise<LiveSession | undefined>
}

/** Reads a user's snapshot from where users live, after any change under way. Undefined when the user is gone. */
export type LoadSnapshot = (userId: string) => Promise<UserSnapshot | undefined>

/** Attempts per call. Each fails only because the user changed in between. */
const SNAPSHOT_ATTEMPTS = 5

export function createSessionStore(commands: SessionCommands, loadSnapshot: LoadSnapshot): SessionStore {
  /** Repeats `attempt` while it finds no snapshot, and fills one in each time. Undefined when the user is gone. */
  async function withSnapshot<Found extends object>(
    userId: string,
    attempt: () => Promise<Found | SnapshotMissing | undefined>,
  ): Promise<Found | undefined> {
    for (let n = 0; n < SNAPSHOT_ATTEMPTS; n++) {
      const found = await attempt()
      if (!isSnapshotMissing(found)) return found
      const snapshot = await loadSnapshot(userId)
      if (!snapshot) return undefined
      await commands.fillSnapshot(userId, found.lease, snapshot)
    }
    throw unavailable(new Error('the user kept changing while the session was read'))
  }

  /** From Postgres where the stored one does not count: what Postgres says is final. Undefined when the user is gone. */
  async function currentSnapshot(userId: string, stored: StoredSnapshot): Promise<UserSnapshot | undefined> {
    if (!('record' in stored)) return stored
    const snapshot = await loadSnapshot(userId)
    if (snapshot) await commands.fillSnapshot(userId, stored.record, snapshot)
    return snapshot
  }

  return {
    open: commands.open,
    list: commands.list,
    end: commands.end,
    forget: commands.forget,
    invalidateSnapshot: commands.invalidateSnapshot,
    async rotate(presented, client) {
      const { userId } = presented
      const rotation = await withSnapshot<Rotation<StoredSnapshot>>(userId, () => commands.rotate(presented, client))
      if (!rotation) return USER_GONE
      if (!('snapshot' in rotation)) return rotation
      const snapshot = await currentSnapshot(userId, rotation.snapshot)
      return snapshot ? { ...rotation, snapshot } : USER_GONE
    },
    async findLive(session) {
      const { userId } = session
      const live = await withSnapshot<LiveSession<StoredSnapshot>>(userId, () => commands.findLive(session))
      if (!live) return undefined
      const snapshot = await currentSnapshot(userId, live.snapshot)
      return snapshot && { ...live, snapshot }
    },
  }
}

const USER_GONE: Rotation = { outcome: 'ended', reason: 'unknown' }

const isSnapshotMissing = (found: object | undefined): found is SnapshotMissing =>
  found !== undefined && 'outcome' in found && found.outcome === 'snapshot_missing'

/** From Postgres, once every change of the user that is under way has committed. */
export function loadSnapshotFrom(db: AuthDatabase): LoadSnapshot {
  return async (userId) => {
    const account = await findAccountForShare(db, userId)
    return account && toSnapshot(account)
  }
}

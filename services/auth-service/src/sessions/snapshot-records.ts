import type { RecordEnvelopes } from '../keys/record-envelopes.ts'
import type { KnownVersions } from '../revocations/known-versions.ts'
import type { UserSnapshot } from './session.ts'

/** User snapshots as Redis holds them: in envelopes, since a snapshot is the word on what its user may do. */
export type SnapshotRecords = {
  encode(userId: string, snapshot: UserSnapshot): string
  /** Undefined for what this service did not write for this user, or what is out of date. */
  decode(userId: string, record: string): UserSnapshot | undefined
}

/** As `ENVELOPE` in lua/session.lua. */
const MARK = '?='

type Dependencies = {
  readonly envelopes: RecordEnvelopes
  readonly versions: Pick<KnownVersions, 'admits'>
}

export function createSnapshotRecords({ envelopes, versions }: Dependencies): SnapshotRecords {
  const nameOf = (id: string) => ({ kind: 'user snapshot', id }) as const
  return {
    encode: (userId, snapshot) => `${MARK}${envelopes.encrypt(nameOf(userId), snapshot)}`,

    decode(userId, record) {
      if (!record.startsWith(MARK)) return undefined
      const decrypted = envelopes.decrypt(nameOf(userId), record.slice(MARK.length))
      if (!decrypted) return undefined
      const { user, tokenVersion, passwordVersion } = decrypted.record as UserSnapshot
      if (!versions.admits(userId, tokenVersion, decrypted.encryptedAtMs)) return undefined
      // In JSON the time of creation is ISO 8601.
      return { user: { ...user, createdAt: new Date(user.createdAt) }, tokenVersion, passwordVersion }
    },
  }
}

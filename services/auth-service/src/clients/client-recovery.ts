import type { AuthDatabase } from '../database/auth-database.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { listDeletedSince } from './client-repository.ts'
import type { ClientCache } from './redis-client-cache.ts'
import { deleteRevokedTokensBefore, listRevokedTokens } from './revoked-token-repository.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly cache: ClientCache
  readonly publisher: RevocationPublisher
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Brings a Redis that may have gone back in time, and every verifier, up to date: which clients were deleted since, and which
 * tokens were revoked before they expired. It may be repeated.
 */
export function createClientRecovery({ db, cache, publisher, now }: Dependencies): (since: Date) => Promise<void> {
  return async (since) => {
    const recoveredAt = new Date(now())
    const deleted = await listDeletedSince(db, since)
    const revoked = await listRevokedTokens(db, recoveredAt)
    await publisher.publish([
      ...deleted.map((id) => ({ kind: 'client', id }) as const),
      ...revoked.map(({ jti }) => ({ kind: 'token', id: jti }) as const),
    ])
    await Promise.all([
      ...deleted.map((id) => cache.set(id, null)),
      ...revoked.map(({ jti, expiresAt }) => cache.revokeToken(jti, expiresAt)),
    ])
    await deleteRevokedTokensBefore(db, recoveredAt)
  }
}

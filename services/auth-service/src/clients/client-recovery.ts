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
 * Tells a Redis that may have gone back in time, and every verifier, which clients were deleted since (epoch milliseconds) and
 * which tokens were revoked before their time. Repeating it changes nothing.
 */
export function createClientRecovery({ db, cache, publisher, now }: Dependencies) {
  return async (since: number): Promise<void> => {
    const nowMs = now()
    const deleted = await listDeletedSince(db, new Date(since))
    const revoked = await listRevokedTokens(db, new Date(nowMs))
    await publisher.publish([
      ...deleted.map((id) => ({ kind: 'client', id }) as const),
      ...revoked.map(({ jti }) => ({ kind: 'token', id: jti }) as const),
    ])
    await Promise.all([
      ...deleted.map((id) => cache.settle(id, null)),
      ...revoked.map(({ jti, expiresAt }) =>
        cache.revokeToken(jti, Math.max(1, Math.ceil((expiresAt - nowMs) / 1000))),
      ),
    ])
    await deleteRevokedTokensBefore(db, new Date(nowMs))
  }
}

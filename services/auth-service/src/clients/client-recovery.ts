import type { AuthDatabase } from '../database/auth-database.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { ClientAuthorities } from './client-authority.ts'
import { listDeletedSince, listNarrowedSince } from './client-repository.ts'
import type { ClientCache } from './redis-client-cache.ts'
import { deleteRevokedTokensBefore, listRevokedTokens } from './revoked-token-repository.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly authorities: ClientAuthorities
  readonly cache: ClientCache
  readonly publisher: RevocationPublisher
  /** Epoch milliseconds. */
  readonly now: () => number
}

/**
 * Brings a Redis that may have gone back in time, and every verifier, up to date: which clients were deleted or lost a scope since,
 * and which tokens were revoked before they expired. It may be repeated.
 */
export function createClientRecovery(dependencies: Dependencies): (since: Date) => Promise<void> {
  const { db, authorities, cache, publisher, now } = dependencies
  return async (since) => {
    const recoveredAt = new Date(now())
    const deleted = await listDeletedSince(db, since)
    const narrowed = await listNarrowedSince(db, since)
    const revoked = await listRevokedTokens(db, recoveredAt)
    await publisher.publish([
      ...deleted.map((id) => ({ kind: 'client', id }) as const),
      ...narrowed.map(({ id, version }) => ({ kind: 'user', id, ver: version }) as const),
      ...revoked.map(({ jti }) => ({ kind: 'token', id: jti }) as const),
    ])
    // One after the other: each takes a connection.
    for (const id of [...deleted, ...narrowed.map((client) => client.id)]) await authorities.refresh(id)
    await Promise.all(revoked.map(({ jti, expiresAt }) => cache.revokeToken(jti, expiresAt)))
    await deleteRevokedTokensBefore(db, recoveredAt)
  }
}

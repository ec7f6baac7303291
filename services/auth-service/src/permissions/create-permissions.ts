import type { SigningRing } from '@latchkey/access-token'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { configurePolicy } from './configure-policy.ts'
import { listNarrowingsSince } from './narrowing-repository.ts'
import { createPermissions, type Permissions } from './permissions.ts'
import { createPolicyAdministration, type PolicyAdministration } from './policy-administration.ts'
import { createTokenSize, type TokenSize } from './token-size.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly publisher: RevocationPublisher
  readonly issuer: string
  readonly audience: string
  /** Of access tokens. */
  readonly ring: () => SigningRing
  readonly log: Parameters<typeof configurePolicy>[0]['log']
}

export type AccessPolicy = {
  readonly permissions: Permissions
  readonly tokenSize: TokenSize
  readonly policyAdministration: PolicyAdministration
  /** Puts the policy of the settings in place. */
  readonly configure: (settings: Parameters<typeof configurePolicy>[1]) => Promise<void>
  /** Publishes again which roles were narrowed and which scopes deleted since. */
  readonly recoverNarrowings: (since: Date) => Promise<void>
}

export function createAccessPolicy(dependencies: Dependencies): AccessPolicy {
  const { db, writeAs, publisher, issuer, audience, ring, log } = dependencies
  const tokenSize = createTokenSize({ issuer, audience, ring })
  const permissions = createPermissions(db)
  const parts = { db, writeAs, publisher, permissions, tokenSize, log }
  return {
    permissions,
    tokenSize,
    policyAdministration: createPolicyAdministration(parts),
    configure: (settings) => configurePolicy(parts, settings),
    async recoverNarrowings(since) {
      const narrowings = await listNarrowingsSince(db, since)
      await publisher.publish(narrowings.map(({ kind, name, pol }) => ({ kind, id: name, pol })))
    },
  }
}

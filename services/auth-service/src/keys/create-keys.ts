import type { SigningRing } from '@latchkey/access-token'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { createKeyService, type KeyService } from './key-service.ts'
import { usableRing } from './usable-ring.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly publisher: RevocationPublisher
  /** Of access tokens, as it is configured now. */
  readonly ring: () => SigningRing
  readonly isRevoked: (kid: string) => boolean
}

export type Keys = {
  readonly keys: KeyService
  /** The ring as access tokens are signed with it; see {@link usableRing}. */
  readonly signingRing: () => SigningRing
}

export function createKeys({ db, writeAs, publisher, ring, isRevoked }: Dependencies): Keys {
  const signingRing = usableRing(ring, isRevoked)
  return { keys: createKeyService({ db, writeAs, publisher, ring: signingRing }), signingRing }
}

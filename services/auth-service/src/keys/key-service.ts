import type { SigningRing } from '@latchkey/access-token'
import type { Origin } from '../audit/audit-event.ts'
import { keyRevoked } from '../audit/client-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { insertRevokedKey, listRevokedKeys } from './key-repository.ts'

export type KeyService = {
  /**
   * Makes every verifier refuse what is signed under this `kid`, for good. A `kid` that is not in our ring is revoked too: it
   * may still be in that of a verifier.
   *
   * @throws `key_in_use` for the key that signs
   */
  revoke(kid: string, origin: Origin): Promise<void>
  /** Publishes all revoked keys again: entries of the feed expire, a key stays revoked. */
  publishAll(): Promise<void>
  /** @throws Error naming the key, when a ring would sign with a revoked one */
  assertCanSign(ring: SigningRing): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly publisher: RevocationPublisher
  /** Of access tokens. */
  readonly ring: () => SigningRing
}

export function createKeyService({ db, writeAs, publisher, ring }: Dependencies): KeyService {
  const publish = (kids: readonly string[]): Promise<void> => publisher.publish(kids.map((id) => ({ kind: 'key', id })))

  return {
    async revoke(kid, origin) {
      if (kid === ring().signing.kid) throw new problems.key_in_use()
      await writeAs(origin, async (trx, audit) => {
        if (await insertRevokedKey(trx, kid)) await audit(keyRevoked(kid))
      })
      await publish([kid])
    },

    publishAll: async () => publish(await listRevokedKeys(db)),

    async assertCanSign({ signing: { kid } }) {
      if ((await listRevokedKeys(db)).includes(kid)) {
        throw new Error(`key '${kid}' was revoked and can't sign: put another one in front`)
      }
    },
  }
}

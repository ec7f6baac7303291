import { assertDisjoint, type SigningRing } from '@latchkey/access-token'
import type { Log } from '@latchkey/problems'
import type { Watched } from '@latchkey/service-kit/settings'
import type { OpenClientSecretKeys } from '../clients/client-secret-keys.ts'

type Rings = { readonly accessTokenKeys: Watched<SigningRing>; readonly refreshTokenKeys: Watched<SigningRing> }

/** Takes over rings from their changed files, under the conditions that they had to meet at the start. */
export function followKeyRings(
  { accessTokenKeys, refreshTokenKeys }: Rings,
  isRevoked: (kid: string) => boolean,
  {
    clientSecretKeys,
    ...options
  }: {
    readonly signal: AbortSignal
    readonly log: Log
    readonly clientSecretKeys: OpenClientSecretKeys
  },
): void {
  accessTokenKeys.follow({
    ...options,
    accept(ring) {
      const { algorithm } = accessTokenKeys.current()
      if (ring.algorithm !== algorithm) throw new Error(`the keys are for ${ring.algorithm}, not for ${algorithm}`)
      assertDisjoint(ring, refreshTokenKeys.current())
      const { kid } = ring.signing
      if (isRevoked(kid)) throw new Error(`key '${kid}' was revoked and can't sign: put another one in front`)
    },
  })
  refreshTokenKeys.follow({
    ...options,
    accept(ring) {
      assertDisjoint(accessTokenKeys.current(), ring)
      // Now, while the old keys are there. The next use of a secret does it where this fails.
      clientSecretKeys(ring).catch((err: unknown) =>
        options.log.warn({ err }, 'keys of client secrets could not be put under the new ring yet'),
      )
    },
  })
}

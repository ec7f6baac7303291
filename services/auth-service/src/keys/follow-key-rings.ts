import { assertDisjoint, type SigningRing } from '@latchkey/access-token'
import type { Log } from '@latchkey/problems'
import type { Watched } from '@latchkey/service-kit/settings'
import type { LoadSecretKeys } from '../clients/client-secret-keys.ts'

type Options = {
  readonly accessKeys: Watched<SigningRing>
  readonly refreshKeys: Watched<SigningRing>
  readonly isRevoked: (kid: string) => boolean
  readonly loadSecretKeys: LoadSecretKeys
  readonly log: Log
}

/**
 * Takes rings over from their changed files, under the conditions of the start.
 * @returns what stops it
 */
export function followKeyRings(options: Options): () => Promise<void> {
  const { accessKeys, refreshKeys, isRevoked, loadSecretKeys, log } = options
  const stopping = new AbortController()
  const { signal } = stopping
  accessKeys.follow({
    signal,
    log,
    accept(ring) {
      const { algorithm } = accessKeys.current()
      if (ring.algorithm !== algorithm) throw new Error(`the keys are for ${ring.algorithm}, not for ${algorithm}`)
      assertDisjoint(ring, refreshKeys.current())
      const { kid } = ring.signing
      if (isRevoked(kid)) throw new Error(`key '${kid}' was revoked and can't sign: put another one in front`)
    },
  })
  refreshKeys.follow({
    signal,
    log,
    accept(ring) {
      assertDisjoint(accessKeys.current(), ring)
      // Now, while the old keys are known. If it fails, the next use of a secret does it.
      loadSecretKeys(ring).catch((err: unknown) =>
        log.warn({ err }, 'the keys of client secrets could not be encrypted under the new ring yet'),
      )
    },
  })
  return async () => stopping.abort()
}

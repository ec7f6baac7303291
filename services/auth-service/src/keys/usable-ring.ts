import type { SigningRing } from '@latchkey/access-token'
import { unavailable } from '@latchkey/problems'

/**
 * The ring without revoked keys: where the first is revoked, the next one signs. That is so where the file of this replica is
 * behind that of the replica which revoked the key.
 *
 * @returns a function that throws `unavailable` when every key is revoked
 */
export function usableRing(ring: () => SigningRing, isRevoked: (kid: string) => boolean): () => SigningRing {
  return () => {
    const configured = ring()
    if (!isRevoked(configured.signing.kid)) return configured
    const signing = configured.keys.find(({ kid }) => !isRevoked(kid))
    if (signing === undefined) throw unavailable(new Error('every key of access tokens is revoked'))
    return { ...configured, signing }
  }
}

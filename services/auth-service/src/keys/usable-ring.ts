import type { SigningRing } from '@latchkey/access-token'
import { unavailable } from '@latchkey/problems'

/**
 * A ring that never signs under a revoked key, also where this replica's file is behind that of the one which was asked to
 * revoke it: the next key signs then.
 *
 * @param ring throws 503 when every key was revoked
 */
export function usableRing(ring: () => SigningRing, isRevoked: (kid: string) => boolean): () => SigningRing {
  return () => {
    const whole = ring()
    if (!isRevoked(whole.signing.kid)) return whole
    const signing = whole.keys.find(({ kid }) => !isRevoked(kid))
    if (signing === undefined) throw unavailable(new Error('every key of access tokens was revoked'))
    return { ...whole, signing }
  }
}

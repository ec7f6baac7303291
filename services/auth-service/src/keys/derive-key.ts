import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { SigningRing } from '@latchkey/access-token'

/** A key for one use, derived from a secret (HKDF, RFC 5869): neither reveals the other, nor keys for other uses. */
export const deriveKey = (secret: string, use: string, bytes = 32): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `latchkey ${use}`, bytes))

/**
 * A key for one use under each key of a ring, derived and imported once: given as bytes it makes reading a user's snapshot take 25 µs in
 * place of 6 (`tools/bench/src/micro/user-snapshot.ts`).
 */
export function createDerivedKeys(use: string): (key: SigningRing['signing']) => KeyObject {
  const derived = new WeakMap<SigningRing['signing'], KeyObject>()
  return (key) => {
    const known = derived.get(key) ?? createSecretKey(deriveKey(key.signWith, use))
    derived.set(key, known)
    return known
  }
}

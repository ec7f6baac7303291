import { hkdfSync } from 'node:crypto'
import type { SigningRing } from '@latchkey/access-token'

/** A key for one use, derived from a secret (HKDF, RFC 5869): neither reveals the other, nor keys for other uses. */
export const deriveKey = (secret: string, use: string, bytes = 32): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `latchkey ${use}`, bytes))

/** A key for one use under each key of a ring, derived once. */
export function createDerivedKeys(use: string): (key: SigningRing['signing']) => Buffer {
  const derived = new WeakMap<SigningRing['signing'], Buffer>()
  return (key) => {
    const known = derived.get(key) ?? deriveKey(key.signWith, use)
    derived.set(key, known)
    return known
  }
}

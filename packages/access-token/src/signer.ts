import { createSigner } from 'fast-jwt'
import type { Key, KeyRing } from './key-ring.ts'
import { headerOf, type TokenType } from './token-header.ts'

/** Signs payloads with the ring's signing key of the moment; members keep the order in which they were given. */
export function createRingSigner(ring: () => KeyRing, typ: TokenType): (payload: object) => string {
  const signers = new WeakMap<Key, (payload: object) => string>()
  return (payload) => {
    const key = ring().signing
    let sign = signers.get(key)
    if (sign === undefined) {
      sign = createSigner<object>({ key: key.secret, algorithm: key.algorithm, header: headerOf(key, typ) })
      signers.set(key, sign)
    }
    return sign(payload)
  }
}

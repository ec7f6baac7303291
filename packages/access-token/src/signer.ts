import { createSigner } from 'fast-jwt'
import type { SigningKey, SigningRing } from './key-ring.ts'
import { headerOf, type TokenType } from './token-header.ts'

/** Signs payloads with the ring's signing key of the moment; members keep the order in which they were given. */
export function createRingSigner(ring: () => SigningRing, typ: TokenType): (payload: object) => string {
  const signers = new WeakMap<SigningKey, (payload: object) => string>()
  return (payload) => {
    const key = ring().signing
    let sign = signers.get(key)
    if (sign === undefined) {
      sign = createSigner<object>({ key: key.signWith, algorithm: key.algorithm, header: headerOf(key, typ) })
      signers.set(key, sign)
    }
    return sign(payload)
  }
}

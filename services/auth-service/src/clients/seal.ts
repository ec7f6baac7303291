import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { SigningRing } from '@latchkey/access-token'

type SigningKey = SigningRing['signing']

/** A key of the settings, as it serves here. `id` says nothing about it. */
export type Seal = { readonly id: string; readonly key: Buffer }

const derive = (secret: string, use: string, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `latchkey ${use}`, length))

/** One from a key of the ring that this service alone has. */
export function sealOf({ signWith: secret }: SigningKey): Seal {
  return {
    id: derive(secret, 'client secret keys, id', 16).toString('base64url'),
    key: derive(secret, 'client secret keys', 32),
  }
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Shuts a key away, together with its id (AES-256-GCM). */
export function sealUnder(seal: Seal, id: string, key: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', seal.key, nonce).setAAD(Buffer.from(id))
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()])
}

/** Undefined when it was sealed under another one, or changed. */
export function unseal(seal: Seal, id: string, sealed: Buffer): Buffer | undefined {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', seal.key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(id)).setAuthTag(sealed.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

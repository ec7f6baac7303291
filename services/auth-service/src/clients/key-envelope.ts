import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { SigningRing } from '@latchkey/access-token'
import { deriveKey } from '../keys/derive-key.ts'

type SigningKey = SigningRing['signing']

/** A key that encrypts other keys. `id` reveals nothing about it. */
export type KeyEncryptionKey = { readonly id: string; readonly key: Buffer }

/** Derives the key-encryption key from a key of the ring that this service alone has. */
export function keyEncryptionKeyOf({ signWith: secret }: SigningKey): KeyEncryptionKey {
  return {
    id: deriveKey(secret, 'client secret keys, id', 16).toString('base64url'),
    key: deriveKey(secret, 'client secret keys'),
  }
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts a key into its envelope, which is good for this id alone (AES-256-GCM with the id as associated data). */
export function encryptKey({ key: encryptionKey }: KeyEncryptionKey, id: string, key: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', encryptionKey, nonce).setAAD(Buffer.from(id))
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()])
}

/** Undefined if it was encrypted under another key or for another id, or was changed. */
export function decryptKey({ key: encryptionKey }: KeyEncryptionKey, id: string, envelope: Buffer): Buffer | undefined {
  try {
    const nonce = envelope.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv('aes-256-gcm', encryptionKey, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(id)).setAuthTag(envelope.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(envelope.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

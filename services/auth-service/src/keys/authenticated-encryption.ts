import { type CipherKey, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM under a random nonce: nobody without the key can read or make what comes out, and it is good with the same associated
 * data alone. A key is good for 2^32 calls (NIST SP 800-38D, 8.3).
 */
export function encrypt(key: CipherKey, associatedData: string, plaintext: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(associatedData))
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** Undefined if it was encrypted under another key or with other associated data, or was changed. */
export function decrypt(key: CipherKey, associatedData: string, envelope: Buffer): Buffer | undefined {
  if (envelope.length < NONCE_BYTES + TAG_BYTES) return undefined
  const nonce = envelope.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(associatedData)).setAuthTag(envelope.subarray(-TAG_BYTES))
  const plaintext = decipher.update(envelope.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return plaintext
}

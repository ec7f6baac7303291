import type { SigningRing } from '@latchkey/access-token'
import { decrypt, encrypt } from '../keys/authenticated-encryption.ts'
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

/** Encrypts a key into its envelope, which is good for this id alone. */
export const encryptKey = ({ key: encryptionKey }: KeyEncryptionKey, id: string, key: Buffer): Buffer =>
  encrypt(encryptionKey, id, key)

/** Undefined if it was encrypted under another key or for another id, or was changed. */
export const decryptKey = (
  { key: encryptionKey }: KeyEncryptionKey,
  id: string,
  envelope: Buffer,
): Buffer | undefined => decrypt(encryptionKey, id, envelope)

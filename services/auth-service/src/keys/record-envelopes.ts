import type { SigningRing } from '@latchkey/access-token'
import { decrypt, encrypt } from './authenticated-encryption.ts'
import { createDerivedKeys } from './derive-key.ts'

/** What a record is, and whose. */
export type RecordName = { readonly kind: 'user snapshot' | 'client scopes'; readonly id: string }

/** `encryptedAtMs` by the clock of the replica that made the envelope. */
export type DecryptedRecord = { readonly record: unknown; readonly encryptedAtMs: number }

/**
 * Records in a store whose other writers must not be able to make, change or exchange them: each is in an envelope that is good for
 * its own kind and id alone.
 */
export type RecordEnvelopes = {
  /** `record` is anything that JSON holds. The envelope is base64url. */
  encrypt(name: RecordName, record: unknown): string
  /** Undefined for everything that is no envelope of ours for this record. */
  decrypt(name: RecordName, envelope: string): DecryptedRecord | undefined
}

type Options = {
  /** A ring that this service alone has: its first key encrypts, all of them decrypt. */
  readonly ring: () => SigningRing
  /** Epoch milliseconds. */
  readonly now: () => number
}

export function createRecordEnvelopes({ ring, now }: Options): RecordEnvelopes {
  const keyOf = createDerivedKeys('records')
  const associatedDataOf = ({ kind, id }: RecordName): string => `${kind}: ${id}`
  return {
    encrypt(name, record) {
      const plaintext = Buffer.from(JSON.stringify([now(), record]))
      return encrypt(keyOf(ring().signing), associatedDataOf(name), plaintext).toString('base64url')
    },

    decrypt(name, envelope) {
      const bytes = Buffer.from(envelope, 'base64url')
      const associatedData = associatedDataOf(name)
      for (const key of ring().keys) {
        const plaintext = decrypt(keyOf(key), associatedData, bytes)
        if (plaintext === undefined) continue
        const [encryptedAtMs, record] = JSON.parse(plaintext.toString()) as [number, unknown]
        return { record, encryptedAtMs }
      }
      return undefined
    },
  }
}

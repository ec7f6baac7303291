import { randomBytes } from 'node:crypto'
import type { SigningRing } from '@latchkey/access-token'
import { v7 as uuidv7 } from 'uuid'
import type { AuthDatabase } from '../database/auth-database.ts'
import { hashAgainUnder } from './client-secret.ts'
import {
  insertEncryptedKeys,
  listEncryptedKeys,
  listUnkeyedSecrets,
  lockEncryptedKeys,
  setKeyedHash,
} from './client-secret-key-repository.ts'
import { decryptKey, encryptKey, type KeyEncryptionKey, keyEncryptionKeyOf } from './key-envelope.ts'

/** Keys under which secrets of clients are hashed, by their id; new secrets are hashed under `current`. */
export type SecretKeys = {
  readonly current: string
  readonly ids: readonly string[]
  get(id: string): Buffer | undefined
}

/** Decrypts the keys with the ring in force, or another one. */
export type LoadSecretKeys = (ring?: SigningRing) => Promise<SecretKeys>

type Options = {
  readonly db: AuthDatabase
  /** A ring that only this service has, as it is now. */
  readonly ring: () => SigningRing
}

/**
 * The keys of client secrets are in the database, each encrypted once under every key of the ring (envelope encryption). One key
 * of the ring decrypts them, so a ring may change key by key and every secret stays good. While a process runs the ring may
 * change as a whole, since the process has them decrypted. If the whole ring is another one at the start, a new key is made;
 * secrets under the old one are good again once an old key of the ring is back.
 */
export function createClientSecretKeys({ db, ring }: Options): LoadSecretKeys {
  let loaded: { readonly ring: SigningRing; readonly keys: Promise<SecretKeys> } | undefined
  const known = new Map<string, Buffer>()
  return (wanted = ring()) => {
    if (loaded?.ring !== wanted) {
      const keys = loadKeys(db, wanted.keys.map(keyEncryptionKeyOf), known)
      loaded = { ring: wanted, keys }
      keys.catch(() => {
        loaded = undefined
      })
    }
    return loaded.keys
  }
}

/** @param known the keys that were decrypted before; those that are decrypted now are added */
async function loadKeys(
  db: AuthDatabase,
  encryptionKeys: readonly KeyEncryptionKey[],
  known: Map<string, Buffer>,
): Promise<SecretKeys> {
  const keys = new Map<string, Buffer>()
  const current = await db.transaction().execute(async (trx) => {
    // Replicas that start together must not each make a key.
    await lockEncryptedKeys(trx)
    const rows = await listEncryptedKeys(trx)
    for (const { id, sealed_under, sealed } of rows) {
      const encryptionKey = encryptionKeys.find((each) => each.id === sealed_under)
      const key = known.get(id) ?? (encryptionKey && decryptKey(encryptionKey, id, sealed))
      if (key) keys.set(id, key)
    }
    if (keys.size === 0) keys.set(uuidv7(), randomBytes(32))
    const isStored = (id: string, under: string) => rows.some((row) => row.id === id && row.sealed_under === under)
    const missing = [...keys].flatMap(([id, key]) =>
      encryptionKeys
        .filter((each) => !isStored(id, each.id))
        .map((each) => ({ id, sealed_under: each.id, sealed: encryptKey(each, id, key) })),
    )
    await insertEncryptedKeys(trx, missing)

    const [[oldest, key] = []] = [...keys].sort(([a], [b]) => a.localeCompare(b))
    if (oldest === undefined || key === undefined) throw new Error('there is a key by now')
    for (const { id, hash } of await listUnkeyedSecrets(trx)) {
      await setKeyedHash(trx, id, oldest, hashAgainUnder(key, hash))
    }
    return oldest
  })
  for (const [id, key] of keys) known.set(id, key)
  return { current, ids: [...keys.keys()], get: (id) => keys.get(id) }
}

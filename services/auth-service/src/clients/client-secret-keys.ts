import { randomBytes } from 'node:crypto'
import type { SigningRing } from '@latchkey/access-token'
import { v7 as uuidv7 } from 'uuid'
import type { AuthDatabase } from '../database/auth-database.ts'
import { sealHash } from './client-secret.ts'
import {
  insertSealedKeys,
  listSealedKeys,
  listUnkeyedSecrets,
  lockSealedKeys,
  putUnderKey,
} from './client-secret-key-repository.ts'
import { type Seal, sealOf, sealUnder, unseal } from './seal.ts'

/** Keys under which secrets of clients are hashed, by their id; new secrets are hashed under `current`. */
export type OpenedKeys = {
  readonly current: string
  readonly ids: readonly string[]
  get(id: string): Buffer | undefined
}

/** Opens the keys with the ring in force, or another one. */
export type OpenClientSecretKeys = (ring?: SigningRing) => Promise<OpenedKeys>

type Options = {
  readonly db: AuthDatabase
  /** A ring that only this service has. Asked each time. */
  readonly ring: () => SigningRing
}

/**
 * Opens the keys of client secrets. They stand in the database, each sealed under every key of the ring: with one key of the
 * ring they can be opened, so that a ring may change key by key and every secret stays good; and in a process that runs it may
 * change as a whole, since that has them open. Should the whole ring be another one at the start, a new key is made, and
 * secrets under the old one are good again when an old key of the ring is back.
 */
export function createClientSecretKeys({ db, ring }: Options): OpenClientSecretKeys {
  let opened: { readonly ring: SigningRing; readonly keys: Promise<OpenedKeys> } | undefined
  const known = new Map<string, Buffer>()
  return (now = ring()) => {
    if (opened?.ring !== now) {
      const keys = openKeys(db, now.keys.map(sealOf), known)
      opened = { ring: now, keys }
      keys.catch(() => {
        opened = undefined
      })
    }
    return opened.keys
  }
}

/** `known` are the keys that were open before; those that are open now are added. */
async function openKeys(db: AuthDatabase, seals: readonly Seal[], known: Map<string, Buffer>): Promise<OpenedKeys> {
  const keys = new Map<string, Buffer>()
  const current = await db.transaction().execute(async (trx) => {
    // Replicas that start together must not each make a key.
    await lockSealedKeys(trx)
    const rows = await listSealedKeys(trx)
    for (const { id, sealed_under, sealed } of rows) {
      const seal = seals.find((each) => each.id === sealed_under)
      const key = known.get(id) ?? (seal && unseal(seal, id, sealed))
      if (key) keys.set(id, key)
    }
    if (keys.size === 0) keys.set(uuidv7(), randomBytes(32))
    const isSealed = (id: string, under: string) => rows.some((row) => row.id === id && row.sealed_under === under)
    const missing = [...keys].flatMap(([id, key]) =>
      seals
        .filter((seal) => !isSealed(id, seal.id))
        .map((seal) => ({ id, sealed_under: seal.id, sealed: sealUnder(seal, id, key) })),
    )
    await insertSealedKeys(trx, missing)

    const [[oldest, key] = []] = [...keys].sort(([a], [b]) => a.localeCompare(b))
    if (oldest === undefined || key === undefined) throw new Error('there is a key by now')
    for (const { id, hash } of await listUnkeyedSecrets(trx)) await putUnderKey(trx, id, oldest, sealHash(hash, key))
    return oldest
  })
  for (const [id, key] of keys) known.set(id, key)
  return { current, ids: [...keys.keys()], get: (id) => keys.get(id) }
}

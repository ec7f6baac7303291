import { clientSecretCreated } from '../audit/client-events.ts'
import type { AuthTransaction } from '../database/auth-database.ts'
import type { Audit } from '../database/write-as.ts'
import { createSecretMatcher, hashSecret, newClientSecret } from './client-secret.ts'
import type { SecretKeys } from './client-secret-keys.ts'
import { insertSecret, retireOldSecrets } from './client-secret-repository.ts'
import type { StoredSecret } from './client-table.ts'
import { MAX_SECRETS } from './service-client.ts'

export type NewSecret = {
  readonly clientId: string
  readonly secret: string
  /** Null for the settings. */
  readonly createdBy: string | null
}

export type IssuedSecret = { readonly id: string; readonly clientSecret: string }

/** Secrets of clients, hashed under the keys of {@link SecretKeys}. */
export type ClientSecrets = {
  /** Adds a secret to a client; of more than two the oldest is retired. Returns its id. */
  add(trx: AuthTransaction, audit: Audit, keys: SecretKeys, secret: NewSecret): Promise<string>
  /** The same with a secret of our own making. */
  issue(trx: AuthTransaction, audit: Audit, keys: SecretKeys, client: Omit<NewSecret, 'secret'>): Promise<IssuedSecret>
  /** Whether a secret is one of these. One whose key is missing matches nothing. */
  matches(secret: string, stored: readonly StoredSecret[], keys: SecretKeys): boolean
}

export function createClientSecrets(): ClientSecrets {
  const matchesAny = createSecretMatcher(MAX_SECRETS)

  const add: ClientSecrets['add'] = async (trx, audit, keys, { clientId, secret, createdBy }) => {
    const key = keys.get(keys.current)
    if (!key) throw new Error('the current key of client secrets is missing')
    const id = await insertSecret(trx, clientId, { ...hashSecret(secret, key), keyId: keys.current, createdBy })
    await retireOldSecrets(trx, clientId, MAX_SECRETS)
    await audit(clientSecretCreated(clientId, id))
    return id
  }

  return {
    add,

    async issue(trx, audit, keys, client) {
      const clientSecret = newClientSecret()
      return { id: await add(trx, audit, keys, { ...client, secret: clientSecret }), clientSecret }
    },

    matches(secret, stored, keys) {
      const candidates = stored.flatMap((each) => {
        const key = each.keyId === null ? undefined : keys.get(each.keyId)
        return key ? [{ ...each, key }] : []
      })
      return matchesAny(secret, candidates)
    },
  }
}

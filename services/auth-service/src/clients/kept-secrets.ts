import type { AuthTransaction } from '../database/auth-database.ts'
import { hashSecret, matchesAny } from './client-secret.ts'
import type { OpenedKeys } from './client-secret-keys.ts'
import { insertSecret, retireOldSecrets } from './client-secret-repository.ts'
import type { KeyedSecret } from './client-table.ts'
import { MAX_SECRETS } from './service-client.ts'

/** Makes a secret of the client good. Of more than two the oldest stops being so. Returns its id. */
export async function keepSecret(
  trx: AuthTransaction,
  keys: OpenedKeys,
  clientId: string,
  secret: string,
): Promise<string> {
  const key = keys.get(keys.current)
  if (!key) throw new Error('new secrets have a key')
  const id = await insertSecret(trx, clientId, { ...hashSecret(secret, key), keyId: keys.current })
  await retireOldSecrets(trx, clientId, MAX_SECRETS)
  return id
}

/** Whether a secret is one of these. What was hashed under a key that is not to be had matches nothing. */
export function matchesKept(secret: string, kept: readonly KeyedSecret[], keys: OpenedKeys): boolean {
  const comparable = kept.flatMap((each) => {
    const key = each.keyId === null ? undefined : keys.get(each.keyId)
    return key ? [{ ...each, key }] : []
  })
  return matchesAny(secret, comparable, MAX_SECRETS)
}

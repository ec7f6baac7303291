import { ownOrigin } from '../audit/audit-event.ts'
import { clientCreated, clientSecretCreated, clientUpdated } from '../audit/client-events.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { configureClient, findCredentials, insertClient, listConfiguredIds, lockClient } from './client-repository.ts'
import type { SecretKeys } from './client-secret-keys.ts'
import { listRetiredSecrets, listUndecryptableClients } from './client-secret-repository.ts'
import type { ClientSecrets } from './client-secrets.ts'
import type { ClientCache } from './redis-client-cache.ts'

/** Brings the clients that the settings name into being. */
export type ClientConfiguration = {
  /**
   * Creates the client if it is missing, sets its scopes, and adds this secret; the secret before it stays good. It may be repeated.
   * A client that was deleted stays so, and a secret that two newer ones have replaced does not come back.
   */
  ensure(client: {
    clientId: string
    secret: string
    scopes: string[]
  }): Promise<'ready' | 'deleted' | 'secret_replaced'>
  /** Ids of the live clients that {@link ensure} made. */
  listConfigured(): Promise<string[]>
  /** Ids of clients that have secrets, but none whose key can be decrypted with the ring in force. */
  listUndecryptable(): Promise<string[]>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly cache: ClientCache
  readonly secrets: ClientSecrets
  readonly loadSecretKeys: () => Promise<SecretKeys>
}

export function createClientConfiguration(dependencies: Dependencies): ClientConfiguration {
  const { db, writeAs, cache, secrets, loadSecretKeys } = dependencies
  return {
    async ensure({ clientId, secret, scopes }) {
      const keys = await loadSecretKeys()
      const outcome = await writeAs(ownOrigin('settings'), async (trx, audit) => {
        if (await insertClient(trx, clientId, scopes)) await audit(clientCreated(clientId, scopes))
        if (!(await lockClient(trx, clientId))) return 'deleted'
        const before = await findCredentials(trx, clientId)
        await configureClient(trx, clientId, scopes)
        await audit(...clientUpdated({ clientId, before: before?.scopes ?? [], after: scopes }))
        const good = before?.secrets ?? []
        if (secrets.matches(secret, good, keys)) return 'ready'
        if (secrets.matches(secret, await listRetiredSecrets(trx, clientId), keys)) return 'secret_replaced'
        await audit(clientSecretCreated(clientId, await secrets.add(trx, keys, clientId, secret)))
        return 'ready'
      })
      if (outcome !== 'deleted') await cache.set(clientId, scopes)
      return outcome
    },

    listConfigured: () => listConfiguredIds(db),

    listUndecryptable: async () => listUndecryptableClients(db, (await loadSecretKeys()).ids),
  }
}

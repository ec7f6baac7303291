import type { Scope } from '@latchkey/access-token'
import type { AuthDatabase } from '../database/auth-database.ts'
import { configureClient, findCredentials, insertClient, listConfiguredIds, lockClient } from './client-repository.ts'
import type { OpenedKeys } from './client-secret-keys.ts'
import { listRetiredSecrets, listShutOut } from './client-secret-repository.ts'
import { keepSecret, matchesKept } from './kept-secrets.ts'
import type { ClientCache } from './redis-client-cache.ts'

/** What the settings say of clients, put into effect. */
export type ClientConfiguration = {
  /**
   * Makes the client if need be, with these scopes and this secret good, and the one before it. Repeating it changes nothing.
   * A client that was deleted stays so, and a secret that two newer ones have replaced does not come back.
   */
  ensure(client: {
    clientId: string
    secret: string
    scopes: Scope[]
  }): Promise<'ready' | 'deleted' | 'secret_replaced'>
  /** Ids of the living clients that {@link ensure} made. */
  listConfigured(): Promise<string[]>
  /** Ids of clients none of whose secrets can be checked with the ring in force. */
  listShutOut(): Promise<string[]>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly cache: ClientCache
  readonly secretKeys: () => Promise<OpenedKeys>
}

export function createClientConfiguration({ db, cache, secretKeys }: Dependencies): ClientConfiguration {
  return {
    async ensure({ clientId, secret, scopes }) {
      const keys = await secretKeys()
      const outcome = await db.transaction().execute(async (trx) => {
        await insertClient(trx, clientId, scopes)
        if (!(await lockClient(trx, clientId))) return 'deleted'
        await configureClient(trx, clientId, scopes)
        const good = (await findCredentials(trx, clientId))?.secrets ?? []
        if (matchesKept(secret, good, keys)) return 'ready'
        if (matchesKept(secret, await listRetiredSecrets(trx, clientId), keys)) return 'secret_replaced'
        await keepSecret(trx, keys, clientId, secret)
        return 'ready'
      })
      if (outcome !== 'deleted') await cache.settle(clientId, scopes)
      return outcome
    },

    listConfigured: () => listConfiguredIds(db),

    listShutOut: async () => listShutOut(db, (await secretKeys()).ids),
  }
}

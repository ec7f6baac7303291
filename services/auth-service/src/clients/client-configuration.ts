import { ownOrigin } from '../audit/audit-event.ts'
import { clientCreated, clientUpdated } from '../audit/client-events.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { Audit, WriteAs } from '../database/write-as.ts'
import { withdrawLinksBy } from '../links/link-repository.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { ClientAuthorities } from './client-authority.ts'
import { findCredentials, insertClient, listConfiguredIds, lockClient, updateScopes } from './client-repository.ts'
import type { SecretKeys } from './client-secret-keys.ts'
import { listRetiredSecrets, listUndecryptableClients } from './client-secret-repository.ts'
import type { ClientSecrets } from './client-secrets.ts'
import { assertScopesAreKnown, type ConfiguredClient } from './parse-service-clients.ts'

/** Brings the clients that the settings name into being. */
export type ClientConfiguration = {
  /**
   * Creates the client if it is missing, sets its scopes, and adds this secret; the secret before it stays good. After the loss of a
   * scope every token of before is refused. It may be repeated. A client that was deleted stays so, and a secret that was deleted, or
   * replaced by two newer ones, does not come back.
   */
  ensure(client: ConfiguredClient): Promise<'ready' | 'deleted' | 'secret_replaced'>
  /** Ids of the live clients that {@link ensure} made. */
  listConfigured(): Promise<string[]>
  /** Ids of clients that have secrets, but none whose key can be decrypted with the ring in force. */
  listUndecryptable(): Promise<string[]>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly authorities: ClientAuthorities
  readonly publisher: RevocationPublisher
  readonly secrets: ClientSecrets
  readonly loadSecretKeys: () => Promise<SecretKeys>
  readonly permissions: Pick<Permissions, 'share'>
}

export function createClientConfiguration(dependencies: Dependencies): ClientConfiguration {
  const { db, writeAs, authorities, publisher, secrets, loadSecretKeys, permissions } = dependencies
  async function ensureSecret(
    trx: AuthTransaction,
    audit: Audit,
    keys: SecretKeys,
    { clientId, secret }: { clientId: string; secret: string },
  ): Promise<'ready' | 'secret_replaced'> {
    const good = (await findCredentials(trx, clientId))?.secrets ?? []
    if (secrets.matches(secret, good, keys)) return 'ready'
    if (secrets.matches(secret, await listRetiredSecrets(trx, clientId), keys)) return 'secret_replaced'
    await secrets.add(trx, audit, keys, { clientId, secret, createdBy: null })
    return 'ready'
  }

  return {
    async ensure(client) {
      const { clientId, secret, scopes } = client
      const keys = await loadSecretKeys()
      const { outcome, version } = await writeAs(ownOrigin('settings'), async (trx, audit) => {
        assertScopesAreKnown([client], await permissions.share(trx))
        const isNew = await insertClient(trx, { clientId, scopes, createdBy: null })
        if (isNew) await audit(clientCreated(clientId, scopes))
        const before = await lockClient(trx, clientId)
        if (!before) return { outcome: 'deleted' as const }
        const after = await updateScopes(trx, clientId, { before, after: scopes, configured: true })
        const losesScope = after.version > before.version
        if (losesScope) await withdrawLinksBy(trx, clientId)
        await audit(...clientUpdated({ clientId, before: before.scopes, after: scopes }))
        return {
          outcome: await ensureSecret(trx, audit, keys, { clientId, secret }),
          version: losesScope ? after.version : undefined,
        }
      })
      // If this process dies before, the next one publishes it with all else that Redis may have missed.
      if (version !== undefined) await publisher.publish([{ kind: 'user', id: clientId, ver: version }])
      if (outcome !== 'deleted') await authorities.refresh(clientId)
      return outcome
    },

    listConfigured: () => listConfiguredIds(db),

    listUndecryptable: async () => listUndecryptableClients(db, (await loadSecretKeys()).ids),
  }
}

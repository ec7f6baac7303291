import { isDeepStrictEqual } from 'node:util'
import { assertAsRead, invalidInput } from '@latchkey/problems'
import { assertHolds, type Caller } from '../accounts/account-bound.ts'
import { lockCaller } from '../accounts/lock-caller.ts'
import { clientCreated, clientDeleted, clientSecretDeleted, clientUpdated } from '../audit/client-events.ts'
import type { AuthDatabase, AuthTransaction } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { problems } from '../errors.ts'
import { withdrawLinksBy } from '../links/link-repository.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Policy } from '../permissions/policy.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { ClientAuthorities } from './client-authority.ts'
import { type ClientFilter, findClient, listClients } from './client-listing-repository.ts'
import { deleteClient, insertClient, lockClient, updateScopes, wasDeleted } from './client-repository.ts'
import type { SecretKeys } from './client-secret-keys.ts'
import { retireSecret } from './client-secret-repository.ts'
import type { ClientSecrets, IssuedSecret } from './client-secrets.ts'
import type { ClientCache } from './redis-client-cache.ts'
import type { ClientAuthority, ServiceClient } from './service-client.ts'

/** A service client as administrators see it. */
export type ClientView = ServiceClient & {
  /** Whether the settings name it: then no call changes it. */
  readonly isConfigured: boolean
}

/**
 * What administrators do with service clients. A client that holds a scope which the caller lacks is out of reach of every call:
 * `exceeds_own_scopes`. So is one that the settings name: `configured_client`, unless it is sent back as it was read.
 */
export type ClientAdministration = {
  /** In the order of ids, from those after `afterId`; one more than `limit` where there are more. */
  list(filter: ClientFilter, page: { limit: number; afterId: string | undefined }): Promise<ClientView[]>
  /** @throws `client_exists`, `invalid_request` for an unknown scope */
  create(client: { clientId: string; scopes: string[] }, caller: Caller): Promise<IssuedSecret>
  /**
   * Sets the scopes. After a loss every token of before is refused everywhere at once, and links that it made for others are withdrawn.
   * It may be repeated after a failure.
   * @param asRead what the service sets, as it was read
   * @throws `client_not_found`, `invalid_request` for an unknown scope, and for what was not read so
   */
  change(
    clientId: string,
    change: { scopes: string[] },
    caller: Caller,
    asRead?: Readonly<Record<string, unknown>>,
  ): Promise<ClientView>
  /** Of more than two secrets the oldest is retired. @throws `client_not_found` */
  addSecret(clientId: string, caller: Caller): Promise<IssuedSecret>
  /** Tokens that were issued by it stay good until they expire. @throws `client_not_found`, `secret_not_found` */
  removeSecret(clientId: string, secretId: string, caller: Caller): Promise<void>
  /** Its tokens are revoked with it. @throws `client_not_found` */
  remove(clientId: string, caller: Caller): Promise<void>
}

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly authorities: ClientAuthorities
  readonly cache: ClientCache
  readonly publisher: RevocationPublisher
  readonly secrets: ClientSecrets
  readonly loadSecretKeys: () => Promise<SecretKeys>
  readonly permissions: Pick<Permissions, 'share'>
  /** Of the clients that the settings name. */
  readonly configuredIds: ReadonlySet<string>
}

type Change = {
  readonly caller: Caller
  readonly policy: Policy
  /** Whether the change leaves a client that the settings name as the caller has read it. */
  readonly isSentBack?: (client: ClientAuthority) => boolean
}

export function createClientAdministration(dependencies: Dependencies): ClientAdministration {
  const { db, writeAs, authorities, cache, publisher, secrets, loadSecretKeys, permissions, configuredIds } =
    dependencies

  const toView = (client: ServiceClient): ClientView => ({
    ...client,
    isConfigured: configuredIds.has(client.clientId),
  })

  /** @throws `exceeds_own_scopes`, `configured_client` */
  async function lockForChange(
    trx: AuthTransaction,
    clientId: string,
    { caller, policy, isSentBack = () => false }: Change,
  ): Promise<ClientAuthority | undefined> {
    const client = await lockClient(trx, clientId, caller.id)
    await lockCaller(trx, caller, policy)
    if (client) assertHolds(caller, client.scopes)
    if (client && configuredIds.has(clientId) && !isSentBack(client)) throw new problems.configured_client()
    return client
  }

  async function assertReadSo(
    trx: AuthTransaction,
    clientId: string,
    asRead: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    if (Object.values(asRead).every((value) => value === undefined)) return
    const { isConfigured: configured, ...client } = toView(await findLocked(trx, clientId))
    assertAsRead({ ...client, configured }, asRead)
  }

  return {
    list: async (filter, { limit, afterId }) => (await listClients(db, filter, limit + 1, afterId)).map(toView),

    async create({ clientId, scopes }, caller) {
      const keys = await loadSecretKeys()
      return writeAs(caller.origin, async (trx, audit) => {
        const policy = await permissions.share(trx)
        assertKnown(scopes, policy)
        assertHolds(caller, scopes)
        // What the maker leaves behind is listed when they are disabled: nothing is made after that.
        await lockCaller(trx, caller, policy)
        if (!(await insertClient(trx, { clientId, scopes, createdBy: caller.id }))) throw new problems.client_exists()
        await audit(clientCreated(clientId, scopes))
        const issued = await secrets.issue(trx, audit, keys, { clientId, createdBy: caller.id })
        // Before the commit: while Redis is away no client comes into being whose secret was never answered.
        await cache.set(clientId, { scopes, version: 0 })
        return issued
      })
    },

    async change(clientId, { scopes }, caller, asRead = {}) {
      const { view, version } = await writeAs(caller.origin, async (trx, audit) => {
        const policy = await permissions.share(trx)
        assertKnown(scopes, policy)
        const isSentBack = (client: ClientAuthority): boolean =>
          asRead.configured === true && isDeepStrictEqual(new Set(client.scopes), new Set(scopes))
        const before = await lockForChange(trx, clientId, { caller, policy, isSentBack })
        if (!before) throw new problems.client_not_found()
        assertHolds(caller, scopes)
        await assertReadSo(trx, clientId, asRead)
        const after = await updateScopes(trx, clientId, { before, after: scopes })
        if (after.version > before.version) await withdrawLinksBy(trx, clientId)
        await audit(...clientUpdated({ clientId, before: before.scopes, after: scopes }))
        return { view: toView(await findLocked(trx, clientId)), version: after.version }
      })
      // Also where nothing was lost: then this may repeat a call that failed halfway.
      if (version > 0) await publisher.publish([{ kind: 'user', id: clientId, ver: version }])
      await authorities.refresh(clientId)
      return view
    },

    async addSecret(clientId, caller) {
      const keys = await loadSecretKeys()
      return writeAs(caller.origin, async (trx, audit) => {
        const policy = await permissions.share(trx)
        if (!(await lockForChange(trx, clientId, { caller, policy }))) throw new problems.client_not_found()
        return secrets.issue(trx, audit, keys, { clientId, createdBy: caller.id })
      })
    },

    removeSecret: (clientId, secretId, caller) =>
      writeAs(caller.origin, async (trx, audit) => {
        const policy = await permissions.share(trx)
        if (!(await lockForChange(trx, clientId, { caller, policy }))) throw new problems.client_not_found()
        if (!(await retireSecret(trx, clientId, secretId))) throw new problems.secret_not_found()
        await audit(clientSecretDeleted(clientId, secretId))
      }),

    async remove(clientId, caller) {
      const isDeleted = await writeAs(caller.origin, async (trx, audit) => {
        const policy = await permissions.share(trx)
        if (!(await lockForChange(trx, clientId, { caller, policy }))) return false
        await deleteClient(trx, clientId)
        await withdrawLinksBy(trx, clientId)
        await audit(clientDeleted(clientId))
        return true
      })
      if (!isDeleted && !(await wasDeleted(db, clientId))) throw new problems.client_not_found()
      // After the commit, as verifiers do not forget. Also if it was deleted before: this may repeat a call that failed half
      // way.
      await publisher.publish([{ kind: 'client', id: clientId }])
      await authorities.refresh(clientId)
      if (!isDeleted) throw new problems.client_not_found()
    },
  }
}

async function findLocked(trx: AuthTransaction, clientId: string): Promise<ServiceClient> {
  const client = await findClient(trx, clientId)
  if (!client) throw new Error('the client is locked')
  return client
}

/** @throws `invalid_request` */
function assertKnown(scopes: readonly string[], policy: Policy): void {
  const unknown = scopes.findIndex((scope) => !policy.scopes.has(scope))
  if (unknown !== -1) throw invalidInput({ path: `/scopes/${unknown}`, message: 'must be the name of a scope' })
}

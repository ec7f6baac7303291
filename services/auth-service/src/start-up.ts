import { type Log, waitUntilReady, withDeadline } from '@latchkey/problems'
import type { RevocationFeed } from '@latchkey/resource-server'
import { createFirstAdministrator } from './accounts/first-administrator.ts'
import type { ClientConfiguration } from './clients/client-configuration.ts'
import { listNarrowedSince } from './clients/client-repository.ts'
import type { LoadSecretKeys } from './clients/client-secret-keys.ts'
import { ensureConfiguredClients, warnOfUndecryptableClients } from './clients/configured-clients.ts'
import type { Config } from './config.ts'
import type { WriteAs } from './database/write-as.ts'
import type { KeyService } from './keys/key-service.ts'
import type { Mail } from './mail/create-mail.ts'
import type { AccessPolicy } from './permissions/create-permissions.ts'
import type { RollbackGuard } from './reconciliation/rollback-guard.ts'
import { assertNodeSettings } from './redis/redis-settings.ts'
import type { AccessTokenLives } from './revocations/access-token-lives.ts'
import type { KnownVersions } from './revocations/known-versions.ts'
import type { RecoverSessions } from './sessions/session-recovery.ts'
import type { Stores } from './stores.ts'
import type { PasswordHasher } from './users/password-hasher.ts'
import type { PasswordPolicy } from './users/password-policy.ts'
import type { PasswordStrength } from './users/password-strength.ts'
import { listRaisedVersions } from './users/user-repository.ts'

/** Something that has to succeed before the service listens. */
type Step = { readonly name: string; readonly run: () => Promise<unknown> }

type Dependencies = Stores & {
  readonly guard: RollbackGuard
  readonly lives: AccessTokenLives
  readonly writeAs: WriteAs
  readonly config: Config
  readonly log: Log
  readonly revocations: RevocationFeed
  readonly versions: KnownVersions
  readonly recoverSessions: RecoverSessions
  readonly keys: KeyService
  readonly loadSecretKeys: LoadSecretKeys
  readonly clientConfiguration: ClientConfiguration
  readonly mail: Mail
  readonly accessPolicy: AccessPolicy
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly strength: PasswordStrength
}

/** In their order: each may need what those before it did. */
function stepsOf(dependencies: Dependencies): readonly Step[] {
  const { config, log, database, redis, deadline, gate, revocations, versions, recoverSessions } = dependencies
  const {
    guard,
    keys,
    loadSecretKeys,
    clientConfiguration,
    mail,
    hasher,
    policy,
    strength,
    writeAs,
    accessPolicy,
    lives,
  } = dependencies
  // Another thread's work, beside the other steps.
  const dictionaries = strength.load()
  dictionaries.catch(() => {})
  return [
    { name: 'note the life of access tokens', run: () => lives.note() },
    {
      name: 'bring Redis up to date',
      run: async () => {
        let isStarted = false
        const opened = gate.watch(async (since) => {
          // What ended since is not in a Postgres that has gone back.
          await guard.assertStillCurrent()
          await deadline.measure()
          const { ends, openings, lastEventId } = await recoverSessions(since)
          log.info({ ends, openings }, 'Redis is up to date')
          // Nodes that came since the start.
          if (isStarted) await assertNodeSettings(redis, log).catch((err) => log.error({ err }, 'settings of Redis'))
          isStarted = true
          return lastEventId
        })
        await waitUntilReady('Redis', log, () => withDeadline(opened, 1000, { what: 'Redis' }))
      },
    },
    { name: 'check the settings of every node of Redis', run: () => assertNodeSettings(redis, log) },
    {
      name: 'read the revocation feed',
      run: () => waitUntilReady('The revocation feed', log, revocations.healthCheck),
    },
    {
      name: 'read which accounts lost rights lately',
      run: () =>
        versions.load(async (since) => [
          ...(await listRaisedVersions(database.db, since)),
          ...(await listNarrowedSince(database.db, since)),
        ]),
    },
    {
      name: 'put the access policy in place',
      run: () => accessPolicy.configure(config),
    },
    { name: 'check that no revoked key signs', run: () => keys.assertCanSign(config.tokens.accessKeys.current()) },
    { name: 'decrypt the keys of client secrets', run: () => loadSecretKeys() },
    { name: 'start to send mails', run: () => mail.start() },
    { name: 'load the password dictionaries', run: () => dictionaries },
    {
      name: 'configure service clients',
      run: async () => {
        await ensureConfiguredClients(config.serviceClients, clientConfiguration, log)
        await warnOfUndecryptableClients(clientConfiguration, log)
      },
    },
    {
      name: 'create the first administrator',
      run: () => ensureAdministrator(config.administrator, { db: database.db, writeAs, hasher, policy }, log),
    },
  ]
}

async function ensureAdministrator(
  { email, password }: Config['administrator'],
  dependencies: Parameters<typeof createFirstAdministrator>[0],
  log: Log,
): Promise<void> {
  if (password === undefined) return
  if (await createFirstAdministrator(dependencies, { email, password })) {
    log.info({ event: 'administrator_created', email }, 'created the first administrator')
  }
}

/** Runs the steps one after the other. The log names the one that fails; its error is thrown as it is. */
export async function startUp(dependencies: Dependencies): Promise<void> {
  for (const { name, run } of stepsOf(dependencies)) {
    try {
      await run()
    } catch (error) {
      dependencies.log.error({ event: 'start_up_failed', step: name }, 'the start failed')
      throw error
    }
  }
}

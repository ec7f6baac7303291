import { isUnavailable as isPostgresUnavailable } from '@latchkey/database'
import { DEFAULT_KEY_PREFIX } from '@latchkey/resource-server/revocations'
import { type AppInstance, cookieOrigins, type LoggerOptions } from '@latchkey/service-kit'
import type { QuotaLimits } from './accounts/account-quotas.ts'
import { createAccounts } from './accounts/create-accounts.ts'
import { createAudit } from './audit/create-audit.ts'
import type { ClientGuessLimits } from './clients/client-guess-limiter.ts'
import { createClients } from './clients/create-clients.ts'
import { type Config, PRODUCT } from './config.ts'
import { prepare } from './database/prepare.ts'
import { createWriteAs } from './database/write-as.ts'
import { createKnownDevices } from './devices/known-devices.ts'
import { startHousekeeping } from './housekeeping.ts'
import { auditRefusals } from './http/audit-refusals.ts'
import { createAuthServer } from './http/create-auth-server.ts'
import { enforceFloodLimits } from './http/flood-limits.ts'
import { adminRoutes } from './http/routes/admin/index.ts'
import { signInOptionsOf } from './http/routes/auth/get-options.ts'
import { authRoutes } from './http/routes/auth/index.ts'
import { consoleRoutes } from './http/routes/console/index.ts'
import { oauthRoutes } from './http/routes/oauth/index.ts'
import { verifyAccessTokens } from './http/verify-access-tokens.ts'
import { createKeys } from './keys/create-keys.ts'
import { followKeyRings } from './keys/follow-key-rings.ts'
import { createRecordEnvelopes } from './keys/record-envelopes.ts'
import { createLimits } from './limits/create-limits.ts'
import { createLinkService } from './links/link-service.ts'
import { createMail } from './mail/create-mail.ts'
import { showsLinks } from './mail/mail-settings.ts'
import { registerOperations } from './operations.ts'
import { createAccessPolicy } from './permissions/create-permissions.ts'
import { followPolicy } from './permissions/follow-policy.ts'
import { createMarkAccounts } from './reconciliation/mark-accounts.ts'
import { createRedisAccountMarks } from './reconciliation/redis-account-marks.ts'
import { createRedisBeat } from './reconciliation/redis-beat.ts'
import { createRollbackGuard } from './reconciliation/rollback-guard.ts'
import { isRedisUnavailable } from './redis/redis-client.ts'
import { createAccessTokenLives } from './revocations/access-token-lives.ts'
import { createKnownVersions } from './revocations/known-versions.ts'
import { createRedisRevocationPublisher } from './revocations/redis-revocation-publisher.ts'
import { createSessions } from './sessions/create-sessions.ts'
import { createRedisSessionCommands } from './sessions/redis-session-commands.ts'
import { createSessionStore, loadSnapshotFrom } from './sessions/session-store.ts'
import { createSnapshotRecords } from './sessions/snapshot-records.ts'
import { refuseWhileBehind } from './start-once-current.ts'
import { startUp } from './start-up.ts'
import { openStores } from './stores.ts'
import { createUsers } from './users/create-users.ts'
import type { PasswordLimits } from './users/password-guesses.ts'
import type { PasswordHasherOptions } from './users/password-hasher.ts'
import type { PasswordStrength } from './users/password-strength.ts'

/** What tests put in place of the production choices. */
export type Overrides = {
  readonly logStream?: LoggerOptions['stream']
  readonly passwordHashing?: PasswordHasherOptions
  readonly passwordLimits?: Partial<PasswordLimits>
  /** One that several apps of a process share, say. */
  readonly passwordStrength?: PasswordStrength
  readonly clientGuessLimits?: ClientGuessLimits
  readonly accountQuotas?: QuotaLimits
  readonly schema?: string
  readonly redisPrefix?: string
  /** Epoch milliseconds, for tokens and sessions alike. */
  readonly now?: () => number
}

const isUnavailable = (error: unknown): boolean => isRedisUnavailable(error) || isPostgresUnavailable(error)

/** auth-service, ready to listen: connected, migrated, with its first administrator. Closing the app closes what it opened. */
export async function buildApp(config: Config, overrides: Overrides = {}): Promise<AppInstance> {
  const { redisPrefix: keyPrefix = DEFAULT_KEY_PREFIX, now = Date.now } = overrides
  const { minLength: passwordMinLength } = config.passwords
  const allowedOrigins = cookieOrigins(config.allowedOrigins, config.publicUrl)
  const { issuer, audience, accessKeys, accessTtlSeconds, refreshKeys } = config.tokens
  const accessRing = accessKeys.current
  const refreshRing = refreshKeys.current

  const app = await createAuthServer({ config, logStream: overrides.logStream, isUnavailable })
  const { log } = app

  try {
    // Postgres and Redis
    const prepared = await prepare({ config, schema: overrides.schema, log })
    const stores = openStores(app, config, { connection: prepared.connection, keyPrefix })
    const { database, revocationDatabase, redis, deadline, gate } = stores
    const { db } = database
    const marks = createRedisAccountMarks({ redis, keyPrefix, deadline })
    const guard = createRollbackGuard({
      db: revocationDatabase.db,
      beat: createRedisBeat({ redis, keyPrefix, deadline }),
      markAccounts: createMarkAccounts(revocationDatabase.db, marks.fill),
      log,
    })
    database.pool.on('error', guard.wake)
    const onceCurrent = refuseWhileBehind(app, guard, redis)
    const writeAs = createWriteAs(db)
    const audit = createAudit({ db, log })
    app.addHook('onClose', audit.flush)
    const limits = createLimits({ redis, keyPrefix, deadline, gate, ring: refreshRing, now: overrides.now })
    const envelopes = createRecordEnvelopes({ ring: refreshRing, now })
    const versions = createKnownVersions({ now })
    const sessionKeys = {
      redis,
      keyPrefix,
      deadline,
      limits: config.sessions,
      snapshots: createSnapshotRecords({ envelopes, versions }),
      now: overrides.now,
    }
    const commands = createRedisSessionCommands({ ...sessionKeys, fences: gate })
    const store = createSessionStore(commands, loadSnapshotFrom(db))
    const lives = createAccessTokenLives(revocationDatabase.db, accessTtlSeconds)
    const publisher = createRedisRevocationPublisher({ redis, keyPrefix, deadline, lives })

    // What access tokens are checked against
    const accessPolicy = createAccessPolicy({ db, writeAs, publisher, issuer, audience, ring: accessRing, log })
    const { permissions, tokenSize, policyAdministration } = accessPolicy
    const { clients, clientAdministration, clientsOfLeavers, clientConfiguration, loadSecretKeys, recoverClients } =
      createClients({
        db,
        writeAs,
        audit,
        redis,
        keyPrefix,
        envelopes,
        versions,
        deadline,
        publisher,
        permissions,
        limits,
        clientGuessLimits: overrides.clientGuessLimits,
        ring: refreshRing,
        serviceClients: config.serviceClients,
        now,
      })
    const findLiveBearer = await verifyAccessTokens(app, {
      config,
      allowedOrigins,
      keyPrefix,
      store,
      clients,
      permissions,
      versions,
      now,
    })
    const { revocations } = app
    const isRevoked = (kid: string): boolean => revocations.refusesKey(kid)

    // Domain
    const { keys, signingRing } = createKeys({ db, writeAs, publisher, ring: accessRing, isRevoked })
    const links = createLinkService({ base: config.linksUrl, now })
    const isPaused = (): boolean => guard.isBehind
    const mail = createMail({ db, prepared, config: config.mail, links, product: PRODUCT, log, isPaused, now })
    app.addHook('onClose', () => mail.close())
    const devices = createKnownDevices({ db, ring: refreshRing, now })
    const { sessions, accessTokens, revoker, recoverSessions } = createSessions({
      db,
      writeAs,
      revocationDb: revocationDatabase.db,
      checkpoint: gate,
      recoveryCommands: createRedisSessionCommands(sessionKeys),
      store,
      publisher,
      marks,
      markAccounts: createMarkAccounts(revocationDatabase.db, marks.write),
      outbox: mail.outbox,
      publishOthers: [recoverClients, accessPolicy.recoverNarrowings, keys.publishAll],
      tokens: { ...config.tokens, signingRing, refreshRing },
      permissions,
      devices,
      lives,
      maxAgeMs: config.sessions.maxAgeMs,
      now,
    })
    const users = createUsers({ ...overrides, limits, log, passwords: config.passwords })
    app.addHook('onClose', () => users.strength.close())
    const { erasure, eraseUnverified, ...accounts } = createAccounts({
      ...users,
      limits,
      accountQuotas: overrides.accountQuotas,
      db,
      writeAs,
      audit,
      store,
      revoker,
      publisher,
      marks,
      sessions,
      devices,
      links,
      outbox: mail.outbox,
      registration: config.registration,
      showsLinks: showsLinks(config.mail),
      permissions,
      tokenSize,
      log,
      now,
    })

    // Routes
    registerOperations(app, {
      ...stores,
      guard,
      revocations,
      mail,
      clientsOfLeavers,
      accessRing,
      isRevokedKey: isRevoked,
    })
    auditRefusals(app, audit)
    await enforceFloodLimits(app, limits)
    await app.register(adminRoutes, {
      prefix: '/admin',
      ...accounts,
      sessions,
      clientAdministration,
      keys,
      audit,
      policyAdministration,
    })
    await app.register(authRoutes, {
      prefix: '/auth',
      ...accounts,
      options: signInOptionsOf(config),
      clients,
      sessions,
      devices,
      findLiveBearer,
      limits,
      passwordMinLength,
      allowedOrigins,
      now,
    })
    await app.register(consoleRoutes, { prefix: '/console', product: PRODUCT, passwordMinLength })
    await app.register(oauthRoutes, {
      issuer,
      accessRing,
      clients,
      accessTokens,
      sessions,
      findLiveBearer,
      permissions,
      isUnavailable,
    })

    // Start-up, and what goes on from then
    const running = new AsyncDisposableStack()
    app.addHook('onClose', () => running.disposeAsync())
    await onceCurrent.start(async () => {
      await startUp({
        ...stores,
        ...users,
        guard,
        lives,
        writeAs,
        config,
        log,
        revocations,
        versions,
        recoverSessions,
        keys,
        loadSecretKeys,
        clientConfiguration,
        mail,
        accessPolicy,
      })
      running.defer(followKeyRings({ accessKeys, refreshKeys, isRevoked, loadSecretKeys, log }))
      running.defer(followPolicy({ permissions, connection: prepared.sessions, log }))
      running.defer(
        startHousekeeping({
          config,
          db,
          audit,
          keys,
          mail,
          clientsOfLeavers,
          erasure,
          eraseUnverified,
          publisher,
          lives,
          isPaused,
          log,
        }),
      )
    })
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}

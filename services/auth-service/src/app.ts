import { isUnavailable as isPostgresUnavailable } from '@latchkey/database'
import { ACCESS_COOKIE, resourceServer } from '@latchkey/resource-server'
import { DEFAULT_KEY_PREFIX } from '@latchkey/resource-server/revocations'
import {
  type AppInstance,
  createServer,
  type LoggerOptions,
  registerHealth,
  registerMetrics,
} from '@latchkey/service-kit'
import manifest from '../package.json' with { type: 'json' }
import { createAccounts } from './accounts/create-accounts.ts'
import { createAuditLog } from './audit/audit-log.ts'
import type { ClientGuessLimits } from './clients/client-guess-limiter.ts'
import { createClients } from './clients/create-clients.ts'
import type { Config } from './config.ts'
import { openDatabase } from './database/open-database.ts'
import { startHousekeeping } from './housekeeping.ts'
import { createBearerCheck } from './http/bearer-check.ts'
import { createFindBearer, createFindLiveBearer } from './http/live-bearer.ts'
import { adminRoutes } from './http/routes/admin/index.ts'
import { authRoutes } from './http/routes/auth/index.ts'
import { oauthRoutes } from './http/routes/oauth/index.ts'
import { createKeys } from './keys/create-keys.ts'
import { followKeyRings } from './keys/follow-key-rings.ts'
import { createRedisClient, isRedisUnavailable } from './redis/redis-client.ts'
import { createRedisDeadline } from './redis/redis-deadline.ts'
import { createRedisGate, gated } from './redis/redis-gate.ts'
import { createRedisRevocationPublisher } from './revocations/redis-revocation-publisher.ts'
import { createSessions } from './sessions/create-sessions.ts'
import { createRedisSessionCommands } from './sessions/redis-session-commands.ts'
import { createSessionStore, loadSnapshotFrom } from './sessions/session-store.ts'
import { startUp, startUpSteps } from './start-up.ts'
import { createUsers } from './users/create-users.ts'
import type { PasswordHasherOptions } from './users/password-hasher.ts'
import type { SignInLimits } from './users/sign-in-limiter.ts'

/** What tests put in place of the production choices. */
export type Overrides = {
  readonly logStream?: LoggerOptions['stream']
  readonly passwordHashing?: PasswordHasherOptions
  readonly signInLimits?: SignInLimits
  readonly clientGuessLimits?: ClientGuessLimits
  readonly schema?: string
  readonly redisPrefix?: string
  /** Epoch milliseconds, for tokens and sessions alike. */
  readonly now?: () => number
}

/** auth-service, ready to listen: connected, migrated, with its first administrator. Closing the app closes what it opened. */
export async function buildApp(config: Config, overrides: Overrides = {}): Promise<AppInstance> {
  const { schema, redisPrefix: keyPrefix = DEFAULT_KEY_PREFIX, now = Date.now } = overrides
  const { issuer, audience, allowedOrigins } = config
  const isUnavailable = (error: unknown): boolean => isRedisUnavailable(error) || isPostgresUnavailable(error)

  const app = await createServer({
    name: 'auth-service',
    title: 'Latchkey auth-service',
    version: manifest.version,
    description: 'Signs users in, rotates refresh tokens, keeps one session per device.',
    accessCookie: ACCESS_COOKIE,
    tags: [
      { name: 'auth', description: 'For people and their devices' },
      { name: 'admin', description: 'For administrators' },
      { name: 'oauth', description: 'The standard endpoints' },
    ],
    logger: { level: config.logLevel, ...(overrides.logStream && { stream: overrides.logStream }) },
    trustProxy: config.trustProxy,
    allowedOrigins,
    isUnavailable,
  })
  const { log } = app

  try {
    // Postgres and Redis
    const openPool = (poolSize: number) => {
      const onError = (err: Error) => log.warn({ err }, 'an idle Postgres connection was lost')
      const database = openDatabase({ url: config.databaseUrl, schema, poolSize, onError })
      app.addHook('onClose', () => database.close())
      return database
    }
    const database = openPool(10)
    const { db } = database
    const revocationDatabase = openPool(4)
    const redis = createRedisClient(config.redis, (err) => log.warn({ err }, 'Redis connection'))
    app.addHook('onClose', async () => redis.disconnect())
    const deadline = createRedisDeadline(redis)
    const gate = createRedisGate(redis, (err) => log.warn({ err }, 'Redis could not be brought up to date yet'))

    // What an access token is checked against: sessions, service clients, the revocation feed
    const { accessTokenLifeSeconds, maxAgeMs } = config
    const publisher = createRedisRevocationPublisher({ redis, keyPrefix, accessTokenLifeSeconds, now: Date.now })
    const sessionKeys = { keyPrefix: `${keyPrefix}user:`, now: overrides.now }
    const commands = createRedisSessionCommands({ ...config, ...sessionKeys, redis, deadline })
    const store = createSessionStore(gated(commands, gate), loadSnapshotFrom(db))
    const refreshRing = config.refreshTokenKeys.current
    const { clients, clientAuthentication, clientConfiguration, clientSecretKeys, recoverClients } = createClients({
      db,
      redis,
      keyPrefix,
      publisher,
      ring: refreshRing,
      guessLimits: overrides.clientGuessLimits,
    })
    const findBearer = createFindBearer({ store, clients })
    const accessRing = config.accessTokenKeys.current
    await app.register(resourceServer, {
      keys: accessRing,
      issuer,
      audience,
      allowedOrigins,
      now,
      // For revoked keys; sessions and clients are looked up live.
      revocations: { redisUrl: config.redis.join(), prefix: keyPrefix },
      checks: [createBearerCheck(findBearer)],
    })
    const { revocations } = app
    const findLiveBearer = createFindLiveBearer(app.verifyAccessToken, findBearer)
    const isRevokedKey = (kid: string): boolean => revocations.refusesKey(kid)

    // Domain
    const { keys, signingRing } = createKeys({ db, publisher, ring: accessRing, isRevoked: isRevokedKey })
    const { sessions, accessTokens, revoker, recoverSessions } = createSessions({
      db,
      revocationDb: revocationDatabase.db,
      redis,
      keyPrefix,
      gate,
      commands,
      store,
      publisher,
      publishOthers: async (since) => {
        await recoverClients(since)
        await keys.publishAll()
      },
      signingRing,
      refreshRing,
      issuer,
      audience,
      accessTokenLifeSeconds,
      accessTokenProfile: config.accessTokenProfile,
      maxAgeMs,
      now,
    })
    const { passwordMinLength } = config
    const { passwordHashing, signInLimits } = overrides
    const users = createUsers({ redis, keyPrefix, passwordMinLength, passwordHashing, signInLimits })
    app.addHook('onClose', () => users.policy.close())
    const { accounts, authentication, administration } = createAccounts({ ...users, db, store, revoker })
    const auditLog = createAuditLog(db)

    // Routes
    registerMetrics(app.metrics.registry, revocations.metrics)
    registerHealth(app, {
      checks: {
        postgres: database.ping,
        redis: async () => {
          await redis.ping()
          gate.assertOpen()
        },
        revocations: revocations.healthCheck,
        keys: async () => (isRevokedKey(accessRing().signing.kid) ? 'degraded' : 'ok'),
      },
      timeoutMs: 1000,
    })
    app.decorateRequest('liveSession', null)
    app.decorateRequest('actorId', null)
    await app.register(adminRoutes, { administration, sessions, auditLog, clients, keys, prefix: '/admin' })
    await app.register(authRoutes, {
      prefix: '/auth',
      accounts,
      authentication,
      clients,
      sessions,
      findLiveBearer,
      passwordMinLength,
      allowedOrigins,
      now,
    })
    await app.register(oauthRoutes, {
      clients,
      clientAuthentication,
      accessTokens,
      sessions,
      findLiveBearer,
      issuer,
      accessRing,
      isUnavailable,
    })

    // Start-up and housekeeping
    const recover = async (assertSame: () => void): Promise<void> => {
      await deadline.measure()
      log.info(await recoverSessions(assertSame), 'Redis is up to date')
    }
    const steps = startUpSteps({
      ...users,
      config,
      log,
      database,
      schema,
      redis,
      gate,
      revocations,
      recover,
      accessRing,
      keys,
      clientSecretKeys,
      clientConfiguration,
    })
    await startUp(steps, log)
    const stopping = new AbortController()
    app.addHook('onClose', async () => stopping.abort())
    const { signal } = stopping
    followKeyRings(config, isRevokedKey, { signal, log, clientSecretKeys })
    startHousekeeping({ db, keys, publisher, sessionMaxAgeMs: maxAgeMs, log, signal })
    return app
  } catch (error) {
    await app.close()
    throw error
  }
}

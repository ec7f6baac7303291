import { createDatabase, isUnavailable as isPostgresUnavailable, migrate } from '@latchkey/database'
import { resourceServer } from '@latchkey/resource-server'
import { DEFAULT_KEY_PREFIX } from '@latchkey/resource-server/revocations'
import { type AppInstance, createServer, registerHealth, registerMetrics } from '@latchkey/service-kit'
import manifest from '../package.json' with { type: 'json' }
import { createFirstAdministrator } from './accounts/first-administrator.ts'
import { buildServices, type Overrides } from './build-services.ts'
import { configuredClients, ensureConfiguredClients, reportShutOutClients } from './clients/configured-clients.ts'
import type { Config } from './config.ts'
import type { AuthSchema } from './database/auth-database.ts'
import { migrations } from './database/migrations/index.ts'
import { liveBearerCheck } from './http/live-bearer.ts'
import { adminRoutes } from './http/routes/admin/index.ts'
import { authRoutes } from './http/routes/auth/index.ts'
import { oauthRoutes } from './http/routes/oauth/index.ts'
import { followKeyRings } from './keys/follow-key-rings.ts'
import { createRedisClient, isRedisUnavailable } from './redis/redis-client.ts'
import { assertNoEviction } from './redis/redis-eviction.ts'
import { repeat } from './repeat.ts'
import { deleteEventsBefore } from './sessions/session-event-repository.ts'
import { waitUntilReady } from './wait-until-ready.ts'

export type { Overrides } from './build-services.ts'

const HOUR_MS = 3_600_000

const isUnavailable = (error: unknown): boolean => isRedisUnavailable(error) || isPostgresUnavailable(error)

/** auth-service, ready to listen: connected, migrated, with its first administrator. Closing the app closes what it opened. */
export async function buildApp(config: Config, overrides: Overrides = {}): Promise<AppInstance> {
  const { schema, now = Date.now } = overrides
  const app = await createServer({
    name: 'auth-service',
    title: 'Latchkey auth-service',
    version: manifest.version,
    description: 'Signs users in, rotates refresh tokens, keeps one session per device.',
    tags: [
      { name: 'auth', description: 'For people and their devices' },
      { name: 'admin', description: 'For administrators' },
      { name: 'oauth', description: 'The standard endpoints' },
    ],
    logger: { level: config.logLevel, ...(overrides.logStream && { stream: overrides.logStream }) },
    trustProxy: config.trustProxy ?? [],
    allowedOrigins: config.allowedOrigins ?? [],
    isUnavailable,
  })

  const connect = (poolSize: number) =>
    createDatabase<AuthSchema>({
      url: config.databaseUrl,
      applicationName: 'auth-service',
      poolSize,
      ...(schema && { schema }),
      onError: (err) => app.log.warn({ err }, 'an idle Postgres connection was lost'),
    })
  const database = connect(10)
  const endsDatabase = connect(4)
  const redis = createRedisClient(config.redis, (err) => app.log.warn({ err }, 'Redis connection'))
  const { db } = database

  const isRevokedKey = (kid: string): boolean => app.revocations.refusesKey(kid)
  const services = buildServices(config, overrides, {
    db,
    endsDb: endsDatabase.db,
    redis,
    log: app.log,
    isRevokedKey,
  })
  const { gate, keys, publisher, clientConfiguration, clientSecretKeys } = services
  const stopping = new AbortController()
  const { signal } = stopping

  app.addHook('onClose', async () => {
    stopping.abort()
    redis.disconnect()
    await Promise.all([database.close(), endsDatabase.close(), services.close()])
  })

  const accessRing = config.accessTokenKeys.current
  await app.register(resourceServer, {
    keys: accessRing,
    issuer: config.issuer,
    audience: config.audience,
    allowedOrigins: config.allowedOrigins ?? [],
    now,
    // For the keys that were revoked; sessions and clients are looked up live.
    revocations: { redisUrl: config.redis.join(), prefix: overrides.redisPrefix ?? DEFAULT_KEY_PREFIX },
    checks: [liveBearerCheck(services)],
  })
  registerMetrics(app.metrics.registry, app.revocations.metrics)
  registerHealth(app, {
    checks: {
      postgres: database.ping,
      redis: async () => {
        await redis.ping()
        gate.assertOpen()
      },
      revocations: app.revocations.healthCheck,
      keys: async () => (isRevokedKey(accessRing().signing.kid) ? 'degraded' : 'ok'),
    },
    timeoutMs: 1000,
  })
  app.decorateRequest('liveSession', null)
  app.decorateRequest('actorId', null)
  await app.register(adminRoutes, { ...services, prefix: '/admin' })
  await app.register(authRoutes, {
    prefix: '/auth',
    ...services,
    now,
    passwordMinLength: config.passwordMinLength,
    allowedOrigins: config.allowedOrigins ?? [],
    verifyAccessToken: app.verifyAccessToken,
  })
  await app.register(oauthRoutes, {
    ...services,
    issuer: config.issuer,
    accessRing,
    isUnavailable,
    verifyAccessToken: app.verifyAccessToken,
  })

  try {
    await waitUntilReady('Postgres', app.log, () => database.ping())
    await migrate({ db, migrations, ...(schema && { schema }) })
    gate.watch()
    await waitUntilReady('Redis', app.log, async () => gate.assertOpen())
    await assertNoEviction(redis)
    await waitUntilReady('The revocation feed', app.log, app.revocations.healthCheck)
    await keys.assertCanSign(accessRing())
    await clientSecretKeys()
    followKeyRings(config, isRevokedKey, { signal, log: app.log, clientSecretKeys })
    await services.ready
    await ensureConfiguredClients(configuredClients(config), clientConfiguration, app.log)
    await reportShutOutClients(clientConfiguration, app.log)
    if (config.adminPassword !== undefined) {
      const administrator = { email: config.adminEmail, password: config.adminPassword }
      if (await createFirstAdministrator(db, services.hasher, administrator)) {
        app.log.info({ event: 'administrator_created', email: config.adminEmail }, 'created the first administrator')
      }
    }
  } catch (error) {
    await app.close()
    throw error
  }
  const onError = (err: unknown): void => app.log.warn({ err }, 'housekeeping failed; it is tried again')
  // The feed forgets what was published long ago; a key stays revoked.
  void repeat(keys.publishAll, { everyMs: Math.min(HOUR_MS, publisher.retentionMs / 2), signal, onError })
  const forget = () => deleteEventsBefore(db, new Date(Date.now() - config.maxAgeMs))
  void repeat(forget, { everyMs: HOUR_MS, signal, onError })
  return app
}

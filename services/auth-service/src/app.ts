import {
  createAccessTokenSigner,
  createAccessTokenVerifier,
  createRefreshTokenSigner,
  createRefreshTokenVerifier,
} from '@latchkey/access-token'
import { createDatabase, isUnavailable as isPostgresUnavailable, migrate } from '@latchkey/database'
import { resourceServer } from '@latchkey/resource-server'
import { type AppInstance, createServer, type LoggerOptions, registerHealth } from '@latchkey/service-kit'
import { createAuditLog } from './audit/audit-log.ts'
import type { Config } from './config.ts'
import type { AuthSchema } from './database/auth-database.ts'
import { migrations } from './database/migrations.ts'
import { liveSessionCheck } from './http/live-session.ts'
import { adminRoutes } from './http/routes/admin/index.ts'
import { authRoutes } from './http/routes/auth/index.ts'
import { createAccessTokenIssuer } from './sessions/access-token-issuer.ts'
import { createRedisClient, isRedisUnavailable } from './sessions/redis-client.ts'
import { createRedisEndMarker } from './sessions/redis-end-marker.ts'
import { createRedisGate } from './sessions/redis-gate.ts'
import { createRedisRevocationPublisher } from './sessions/redis-revocation-publisher.ts'
import { createRedisSessionStore } from './sessions/redis-session-store.ts'
import { createSessionEnder } from './sessions/session-ender.ts'
import { createSessionRecovery } from './sessions/session-recovery.ts'
import { createSessionService } from './sessions/session-service.ts'
import { createAccountService } from './users/account-service.ts'
import { createAuthentication } from './users/authentication.ts'
import { createFirstAdministrator } from './users/first-administrator.ts'
import { createPasswordHasher, type PasswordHasherOptions } from './users/password-hasher.ts'
import { createPasswordPolicy } from './users/password-policy.ts'
import { createSignInLimiter, DEFAULT_SIGN_IN_LIMITS, type SignInLimits } from './users/sign-in-limiter.ts'
import { createUserAdministration } from './users/user-administration.ts'
import { findSettledAccount } from './users/user-repository.ts'
import { waitUntilReady } from './wait-until-ready.ts'

/** What tests put in place of the production choices. */
export type Overrides = {
  readonly logStream?: LoggerOptions['stream']
  readonly passwordHashing?: PasswordHasherOptions
  readonly signInLimits?: SignInLimits
  readonly schema?: string
  readonly redisPrefix?: string
  /** Epoch milliseconds, for tokens and sessions alike. */
  readonly now?: () => number
}

/** auth-service, ready to listen: connected, migrated, with its first administrator. Closing the app closes what it opened. */
export async function buildApp(config: Config, overrides: Overrides = {}): Promise<AppInstance> {
  const { schema, redisPrefix = 'latchkey:', now = Date.now } = overrides
  const app = await createServer({
    name: 'auth-service',
    title: 'Latchkey auth-service',
    version: '0.1.0',
    description: 'Signs users in, rotates refresh tokens, keeps one session per device.',
    tags: [
      { name: 'auth', description: 'For people and their devices' },
      { name: 'admin', description: 'For administrators' },
    ],
    logger: { level: config.logLevel, ...(overrides.logStream && { stream: overrides.logStream }) },
    trustProxy: config.trustProxy ?? [],
    allowedOrigins: config.allowedOrigins ?? [],
    isUnavailable: (error) => isRedisUnavailable(error) || isPostgresUnavailable(error),
  })

  const database = createDatabase<AuthSchema>({
    url: config.databaseUrl,
    applicationName: 'auth-service',
    ...(schema && { schema }),
    onError: (err) => app.log.warn({ err }, 'an idle Postgres connection was lost'),
  })
  const redis = createRedisClient(config.redis, (err) => app.log.warn({ err }, 'Redis connection'))
  const { db } = database

  app.addHook('onClose', async () => {
    redis.disconnect()
    await Promise.all([database.close(), policy.close()])
  })

  const hasher = createPasswordHasher(overrides.passwordHashing)
  const policy = createPasswordPolicy({ minLength: config.passwordMinLength })
  const limiter = createSignInLimiter(redis, redisPrefix, overrides.signInLimits ?? DEFAULT_SIGN_IN_LIMITS)
  const storeOptions = {
    ...config,
    redis,
    keyPrefix: `${redisPrefix}user:`,
    now: overrides.now,
    loadSnapshot: async (userId: string) => {
      const account = await findSettledAccount(db, userId)
      return account && { user: account.user, tokenVersion: account.tokenVersion }
    },
  }
  const publisher = createRedisRevocationPublisher({
    redis,
    keyPrefix: redisPrefix,
    accessTokenLifeSeconds: config.accessTokenLifeSeconds,
    now: Date.now,
  })
  const marker = createRedisEndMarker(redis, redisPrefix)
  const recover = createSessionRecovery({
    db,
    store: createRedisSessionStore(storeOptions),
    publisher,
    marker,
    maxAgeMs: config.maxAgeMs,
    accessTokenLifeSeconds: config.accessTokenLifeSeconds,
    now: Date.now,
  })
  const gate = createRedisGate(
    redis,
    async () => {
      const ends = await recover()
      app.log.info({ ends }, 'Redis is up to date')
    },
    (err) => app.log.warn({ err }, 'Redis could not be brought up to date yet'),
  )
  const store = createRedisSessionStore({ ...storeOptions, assertCurrent: gate.assertOpen })
  const ender = createSessionEnder({ db, store, publisher, marker })

  const accessRing = () => config.accessTokenKeys
  const refreshRing = () => config.refreshTokenKeys
  const accessTokens = createAccessTokenIssuer({
    sign: createAccessTokenSigner({ ring: accessRing }),
    issuer: config.issuer,
    audience: config.audience,
    lifeSeconds: config.accessTokenLifeSeconds,
    profile: config.accessTokenProfile,
    now,
  })
  const sessions = createSessionService({
    db,
    store,
    ender,
    accessTokens,
    signRefreshToken: createRefreshTokenSigner({ ring: refreshRing }),
    verifyRefreshToken: createRefreshTokenVerifier({ ring: refreshRing }),
    now,
  })
  const accounts = createAccountService({ db, store, ender, hasher, policy, limiter })
  const authentication = createAuthentication({ db, hasher, limiter })

  await app.register(resourceServer, {
    keys: accessRing,
    issuer: config.issuer,
    audience: config.audience,
    allowedOrigins: config.allowedOrigins ?? [],
    now,
    checks: [liveSessionCheck(store)],
  })
  registerHealth(app, {
    checks: {
      postgres: database.ping,
      redis: async () => {
        await redis.ping()
        gate.assertOpen()
      },
    },
    timeoutMs: 1000,
  })
  app.decorateRequest('liveSession', null)
  await app.register(adminRoutes, {
    sessions,
    administration: createUserAdministration({ db, store, ender }),
    auditLog: createAuditLog(db),
  })
  await app.register(authRoutes, {
    sessions,
    accounts,
    authentication,
    store,
    now,
    passwordMinLength: config.passwordMinLength,
    allowedOrigins: config.allowedOrigins ?? [],
    verifyAccessToken: createAccessTokenVerifier({
      ring: accessRing,
      issuer: config.issuer,
      audience: config.audience,
      now,
    }),
  })

  try {
    await waitUntilReady('Postgres', app.log, () => database.ping())
    await migrate({ db, migrations, ...(schema && { schema }) })
    gate.watch()
    await waitUntilReady('Redis', app.log, async () => gate.assertOpen())
    if (config.adminPassword !== undefined) {
      const administrator = { email: config.adminEmail, password: config.adminPassword }
      if (await createFirstAdministrator(db, hasher, administrator)) {
        app.log.info({ event: 'administrator_created', email: config.adminEmail }, 'created the first administrator')
      }
    }
  } catch (error) {
    await app.close()
    throw error
  }
  return app
}

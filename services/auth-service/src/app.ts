import {
  createAccessTokenSigner,
  createAccessTokenVerifier,
  createRefreshTokenSigner,
  createRefreshTokenVerifier,
} from '@latchkey/access-token'
import { createDatabase, isUnavailable as isPostgresUnavailable, migrate } from '@latchkey/database'
import { resourceServer } from '@latchkey/resource-server'
import { type AppInstance, createServer, type LoggerOptions, registerHealth } from '@latchkey/service-kit'
import type { Config } from './config.ts'
import type { AuthSchema } from './database/auth-database.ts'
import { migrations } from './database/migrations.ts'
import { liveSessionCheck } from './http/live-session.ts'
import { authRoutes } from './http/routes/auth/index.ts'
import { createAccessTokenIssuer } from './sessions/access-token-issuer.ts'
import { createRedisClient, isRedisUnavailable } from './sessions/redis-client.ts'
import { createRedisSessionStore } from './sessions/redis-session-store.ts'
import { createSessionService } from './sessions/session-service.ts'
import { createAccountService } from './users/account-service.ts'
import { createAuthentication } from './users/authentication.ts'
import { createFirstAdministrator } from './users/first-administrator.ts'
import { createPasswordHasher, type PasswordHasherOptions } from './users/password-hasher.ts'
import { createPasswordPolicy } from './users/password-policy.ts'
import { createSignInLimiter, DEFAULT_SIGN_IN_LIMITS, type SignInLimits } from './users/sign-in-limiter.ts'
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

/** auth-service, ready to listen: connected, migrated, with its first administrator. */
export async function buildApp(
  config: Config,
  overrides: Overrides = {},
): Promise<{ app: AppInstance; close: () => Promise<void> }> {
  const { schema, redisPrefix = 'latchkey:', now = Date.now } = overrides
  const app = await createServer({
    name: 'auth-service',
    title: 'Latchkey auth-service',
    version: '0.1.0',
    description: 'Signs users in, rotates refresh tokens, keeps one session per device.',
    tags: [{ name: 'auth', description: 'For people and their devices' }],
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

  const hasher = createPasswordHasher(overrides.passwordHashing)
  const policy = createPasswordPolicy({ minLength: config.passwordMinLength })
  const limiter = createSignInLimiter(redis, redisPrefix, overrides.signInLimits ?? DEFAULT_SIGN_IN_LIMITS)
  const store = createRedisSessionStore({
    ...config,
    redis,
    keyPrefix: `${redisPrefix}user:`,
    now: overrides.now,
    loadSnapshot: async (userId) => {
      const account = await findSettledAccount(db, userId)
      return account && { user: account.user, tokenVersion: account.tokenVersion }
    },
  })

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
    accessTokens,
    signRefreshToken: createRefreshTokenSigner({ ring: refreshRing }),
    verifyRefreshToken: createRefreshTokenVerifier({ ring: refreshRing }),
    now,
  })
  const accounts = createAccountService({ db, store, hasher, policy, limiter })
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
      },
    },
    timeoutMs: 1000,
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

  const close = async (): Promise<void> => {
    redis.disconnect()
    await Promise.all([database.close(), policy.close()])
  }
  try {
    await waitUntilReady('Postgres', app.log, () => database.ping())
    await waitUntilReady('Redis', app.log, () => redis.ping())
    await migrate({ db, migrations, ...(schema && { schema }) })
    if (config.adminPassword !== undefined) {
      const created = await createFirstAdministrator(db, hasher, {
        email: config.adminEmail,
        password: config.adminPassword,
      })
      if (created)
        app.log.info({ event: 'administrator_created', email: config.adminEmail }, 'created the first administrator')
    }
  } catch (error) {
    await close()
    throw error
  }
  return { app, close }
}

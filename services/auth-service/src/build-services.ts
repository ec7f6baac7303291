import { createAccessTokenSigner, createRefreshTokenSigner, createRefreshTokenVerifier } from '@latchkey/access-token'
import { DEFAULT_KEY_PREFIX } from '@latchkey/resource-server/revocations'
import type { Log, LoggerOptions } from '@latchkey/service-kit'
import { createAccountService } from './accounts/account-service.ts'
import { createAuthentication } from './accounts/authentication.ts'
import { createUserAdministration } from './accounts/user-administration.ts'
import { createAuditLog } from './audit/audit-log.ts'
import { createClientAuthentication } from './clients/client-authentication.ts'
import { createClientConfiguration } from './clients/client-configuration.ts'
import {
  type ClientGuessLimits,
  createClientGuessLimiter,
  DEFAULT_CLIENT_GUESS_LIMITS,
} from './clients/client-guess-limiter.ts'
import { createClientRecovery } from './clients/client-recovery.ts'
import { createClientSecretKeys } from './clients/client-secret-keys.ts'
import { createClientService } from './clients/client-service.ts'
import { createRedisClientCache } from './clients/redis-client-cache.ts'
import type { Config } from './config.ts'
import type { AuthDatabase } from './database/auth-database.ts'
import { createKeyService } from './keys/key-service.ts'
import { usableRing } from './keys/usable-ring.ts'
import { createRedisDeadline } from './redis/redis-deadline.ts'
import { createRedisGate } from './redis/redis-gate.ts'
import type { RedisClient } from './redis/redis-script.ts'
import { createRedisRevocationPublisher } from './revocations/redis-revocation-publisher.ts'
import { createAccessTokenIssuer } from './sessions/access-token-issuer.ts'
import { createRedisEventMarker } from './sessions/redis-event-marker.ts'
import { createRedisSessionStore } from './sessions/redis-session-store.ts'
import { createSessionEnder } from './sessions/session-ender.ts'
import { createSessionRecovery } from './sessions/session-recovery.ts'
import { createSessionService } from './sessions/session-service.ts'
import { createPasswordHasher, type PasswordHasherOptions } from './users/password-hasher.ts'
import { createPasswordPolicy } from './users/password-policy.ts'
import { createSignInLimiter, DEFAULT_SIGN_IN_LIMITS, type SignInLimits } from './users/sign-in-limiter.ts'
import { findSettledAccount } from './users/user-repository.ts'

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

type Dependencies = {
  readonly db: AuthDatabase
  /** The same database over connections of its own; see {@link createSessionEnder}. */
  readonly endsDb: AuthDatabase
  readonly redis: RedisClient
  readonly log: Pick<Log, 'info' | 'warn'>
  /** Asked once the feed of revocations is followed. */
  readonly isRevokedKey: (kid: string) => boolean
}

/** What this service can do, on the Postgres and the Redis that it is given, before there is an HTTP edge. */
export type Services = ReturnType<typeof buildServices>

/** Nothing is asked of Postgres or Redis yet: sessions are served once the `gate` has been told to watch. */
export function buildServices(
  config: Config,
  overrides: Overrides,
  { db, endsDb, redis, log, isRevokedKey }: Dependencies,
) {
  const { redisPrefix = DEFAULT_KEY_PREFIX, now = Date.now } = overrides
  const hasher = createPasswordHasher(overrides.passwordHashing)
  const policy = createPasswordPolicy({ minLength: config.passwordMinLength })
  const limiter = createSignInLimiter(redis, redisPrefix, overrides.signInLimits ?? DEFAULT_SIGN_IN_LIMITS)

  const deadline = createRedisDeadline(redis)
  const storeOptions = {
    ...config,
    redis,
    deadline,
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
  const accessRing = usableRing(config.accessTokenKeys.current, isRevokedKey)
  const refreshRing = config.refreshTokenKeys.current
  const clientCache = createRedisClientCache(redis, redisPrefix)
  // Under the ring that this service alone has: verifiers can not open them.
  const clientSecretKeys = createClientSecretKeys({ db, ring: refreshRing })
  const clients = createClientService({ db, cache: clientCache, publisher, secretKeys: clientSecretKeys })
  const recoverClients = createClientRecovery({ db, cache: clientCache, publisher, now: Date.now })
  const keys = createKeyService({ db, publisher, ring: accessRing })

  const recover = createSessionRecovery({
    db,
    store: createRedisSessionStore(storeOptions),
    publisher,
    marker: createRedisEventMarker(redis, redisPrefix),
    publishOthers: async (since) => {
      await recoverClients(since)
      await keys.publishAll()
    },
    maxAgeMs: config.maxAgeMs,
    accessTokenLifeSeconds: config.accessTokenLifeSeconds,
    now: Date.now,
  })
  const gate = createRedisGate(
    redis,
    async (assertSame) => {
      await deadline.measure()
      const recovered = await recover(assertSame)
      log.info(recovered, 'Redis is up to date')
    },
    (err) => log.warn({ err }, 'Redis could not be brought up to date yet'),
  )
  const marker = createRedisEventMarker(redis, redisPrefix, gate.assertOpen)
  const store = createRedisSessionStore({ ...storeOptions, assertCurrent: gate.assertOpen })
  const ender = createSessionEnder({ db: endsDb, store, publisher, marker })

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
    marker,
    accessTokens,
    signRefreshToken: createRefreshTokenSigner({ ring: refreshRing }),
    verifyRefreshToken: createRefreshTokenVerifier({ ring: refreshRing }),
    now,
  })

  const guessLimits = overrides.clientGuessLimits ?? DEFAULT_CLIENT_GUESS_LIMITS

  return {
    sessions,
    accessTokens,
    clients,
    clientConfiguration: createClientConfiguration({ db, cache: clientCache, secretKeys: clientSecretKeys }),
    clientSecretKeys,
    keys,
    publisher,
    clientAuthentication: createClientAuthentication(
      clients,
      createClientGuessLimiter(redis, redisPrefix, guessLimits),
    ),
    accounts: createAccountService({ db, store, ender, hasher, policy, limiter }),
    authentication: createAuthentication({ db, hasher, limiter }),
    administration: createUserAdministration({ db, store, ender }),
    auditLog: createAuditLog(db),
    store,
    gate,
    hasher,
    ready: policy.ready,
    close: () => policy.close(),
  }
}

import { createDatabase } from '@latchkey/database'
import type { TestEnvironment } from '@latchkey/test-kit'
import { type Accounts, createAccounts } from '../../../src/accounts/create-accounts.ts'
import { createAudit } from '../../../src/audit/create-audit.ts'
import type { Config } from '../../../src/config.ts'
import type { AuthDatabase, AuthSchema } from '../../../src/database/auth-database.ts'
import { createWriteAs } from '../../../src/database/write-as.ts'
import { createKnownDevices } from '../../../src/devices/known-devices.ts'
import { createLimits } from '../../../src/limits/create-limits.ts'
import { createLinkService } from '../../../src/links/link-service.ts'
import { noMails } from '../../../src/mail/mail-outbox.ts'
import { createAccessPolicy } from '../../../src/permissions/create-permissions.ts'
import { createMarkAccounts } from '../../../src/reconciliation/mark-accounts.ts'
import { createRedisAccountMarks } from '../../../src/reconciliation/redis-account-marks.ts'
import { createRedisClient } from '../../../src/redis/redis-client.ts'
import { createRedisDeadline } from '../../../src/redis/redis-deadline.ts'
import { createRedisGate } from '../../../src/redis/redis-gate.ts'
import { createAccessTokenLives } from '../../../src/revocations/access-token-lives.ts'
import { createRedisRevocationPublisher } from '../../../src/revocations/redis-revocation-publisher.ts'
import { createSessions } from '../../../src/sessions/create-sessions.ts'
import { createRedisSessionCommands } from '../../../src/sessions/redis-session-commands.ts'
import type { SessionService } from '../../../src/sessions/session-service.ts'
import { createSessionStore, loadSnapshotFrom, type SessionStore } from '../../../src/sessions/session-store.ts'
import { createUsers } from '../../../src/users/create-users.ts'
import type { PasswordHasher } from '../../../src/users/password-hasher.ts'
import { CHEAP_HASHING } from '../../support/accounts.ts'
import { NO_LIMITS } from '../../support/limits.ts'
import { loadDictionaries, sharedStrength } from '../../support/shared-strength.ts'
import { snapshotRecordsOf } from '../../support/snapshot-records.ts'
import { delayPostgres, delayRedis } from './delay.ts'

type Scope = { teardown(handler: () => Promise<void>): unknown }
export type Replica = Accounts & {
  readonly db: AuthDatabase
  readonly store: SessionStore
  readonly sessions: SessionService
  readonly hasher: PasswordHasher
}

/** Sessions and accounts as the app has them, with connections of their own and without an HTTP edge. The database is migrated. */
export async function startReplica(t: Scope, config: Config, environment: TestEnvironment): Promise<Replica> {
  const { schema, redisPrefix: keyPrefix } = environment
  const { url, sessionUrl } = config.database
  const connection = { url, isPooled: sessionUrl !== undefined, schema }
  const database = createDatabase<AuthSchema>({ ...connection, poolSize: 30 })
  const revocationDatabase = createDatabase<AuthSchema>({ ...connection, poolSize: 10 })
  const db = database.db.withPlugin(delayPostgres)
  const redis = createRedisClient(config.redis, () => {})
  delayRedis(redis)

  const deadline = createRedisDeadline(redis)
  const gate = createRedisGate({ redis, keyPrefix, onFailure: () => {} })
  const { accessKeys, accessTtlSeconds, refreshKeys } = config.tokens
  const limits = config.sessions
  const lives = createAccessTokenLives(revocationDatabase.db, accessTtlSeconds)
  const publisher = createRedisRevocationPublisher({ redis, keyPrefix, deadline, lives })
  const snapshots = snapshotRecordsOf(config)
  const commands = createRedisSessionCommands({ redis, keyPrefix, deadline, limits, snapshots, fences: gate })
  const store = createSessionStore(commands, loadSnapshotFrom(db))
  const writeAs = createWriteAs(db)
  const { issuer, audience } = config.tokens
  const { permissions, tokenSize } = createAccessPolicy({
    db,
    writeAs,
    publisher,
    issuer,
    audience,
    ring: accessKeys.current,
    log: { warn() {}, info() {} },
  })
  await permissions.reload()
  const marks = createRedisAccountMarks({ redis, keyPrefix, deadline })
  const devices = createKnownDevices({ db, ring: refreshKeys.current, now: Date.now })
  const { sessions, revoker, recoverSessions } = createSessions({
    db,
    writeAs,
    revocationDb: revocationDatabase.db.withPlugin(delayPostgres),
    checkpoint: gate,
    recoveryCommands: createRedisSessionCommands({ redis, keyPrefix, deadline, limits, snapshots }),
    store,
    publisher,
    marks,
    markAccounts: createMarkAccounts(db, marks.write),
    outbox: noMails,
    publishOthers: [],
    lives,
    tokens: { ...config.tokens, signingRing: accessKeys.current, refreshRing: refreshKeys.current },
    permissions,
    devices,
    maxAgeMs: limits.maxAgeMs,
    now: Date.now,
  })
  const users = createUsers({
    limits: createLimits({ redis, keyPrefix, deadline, gate, ring: refreshKeys.current }),
    log: { warn() {} },
    passwords: config.passwords,
    // argon2id at its least, and sign-ins are many: neither is what is tested.
    passwordHashing: { ...CHEAP_HASHING, passes: 1 },
    passwordLimits: NO_LIMITS,
    passwordStrength: sharedStrength,
  })
  t.teardown(async () => {
    redis.disconnect()
    await Promise.all([database.close(), revocationDatabase.close()])
  })
  const opened = gate.watch(async (since) => {
    await deadline.measure()
    return (await recoverSessions(since)).lastEventId
  })
  await Promise.all([opened, loadDictionaries()])
  const audit = createAudit({ db, log: { warn() {}, error() {} } })
  const accounts = createAccounts({
    ...users,
    limits: {
      floods: {
        check: (_, verify) => verify(0),
        count: async () => {},
        tryCount: async () => 0,
        giveBack: async () => {},
      },
    },
    db,
    writeAs,
    audit,
    store,
    revoker,
    publisher,
    marks,
    sessions,
    devices,
    links: createLinkService({ base: 'http://localhost', now: Date.now }),
    outbox: noMails,
    registration: config.registration,
    showsLinks: true,
    permissions,
    tokenSize,
    log: { warn() {} },
    now: Date.now,
  })
  return { ...accounts, db, store, sessions, hasher: users.hasher }
}

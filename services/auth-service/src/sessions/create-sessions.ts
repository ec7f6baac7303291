import { createAccessTokenSigner, type SigningRing } from '@latchkey/access-token'
import type { AuthDatabase } from '../database/auth-database.ts'
import { createWriteAs, type WriteAs } from '../database/write-as.ts'
import type { KnownDevices } from '../devices/known-devices.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import { gated, type RedisGate } from '../redis/redis-gate.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { type AccessTokenIssuer, type AccessTokenProfile, createAccessTokenIssuer } from './access-token-issuer.ts'
import { createGrants } from './grant.ts'
import { createRedisEventCheckpoint } from './redis-event-checkpoint.ts'
import { createRefreshTokens } from './refresh-tokens.ts'
import type { SessionCommands } from './session-commands.ts'
import { createSessionNotices } from './session-notices.ts'
import { createSessionRecovery, type Recovered } from './session-recovery.ts'
import { createSessionRevoker, type SessionRevoker } from './session-revoker.ts'
import { createSessionService, type SessionService } from './session-service.ts'
import type { SessionStore } from './session-store.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  /** The same database on connections of its own; see {@link createSessionRevoker}. */
  readonly revocationDb: AuthDatabase
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly gate: RedisGate
  /** For recovery alone, which runs while the gate is shut. */
  readonly commands: SessionCommands
  readonly store: SessionStore
  readonly publisher: RevocationPublisher
  readonly outbox: MailOutbox
  /** Publishes again what was revoked since, other than sessions and users. */
  readonly publishOthers: readonly ((since: Date) => Promise<void>)[]
  readonly tokens: {
    readonly issuer: string
    readonly audience: string
    /** Signs access tokens. */
    readonly signingRing: () => SigningRing
    readonly accessTtlSeconds: number
    readonly accessProfile: AccessTokenProfile
    readonly refreshRing: () => SigningRing
  }
  readonly permissions: Permissions
  readonly devices: KnownDevices
  /** The longest that a session can live. */
  readonly maxAgeMs: number
  /** Epoch milliseconds, of tokens. */
  readonly now: () => number
}

export type Sessions = {
  readonly sessions: SessionService
  readonly accessTokens: AccessTokenIssuer
  readonly revoker: SessionRevoker
  readonly recoverSessions: (assertSame: () => void) => Promise<Recovered>
}

export function createSessions(dependencies: Dependencies): Sessions {
  const { db, writeAs, revocationDb, redis, keyPrefix, gate, commands, store, publisher, publishOthers } = dependencies
  const { outbox, tokens, permissions, devices, maxAgeMs, now } = dependencies
  const { issuer, audience, accessTtlSeconds, refreshRing } = tokens
  const checkpoint = createRedisEventCheckpoint(redis, keyPrefix)
  const revoker = createSessionRevoker({
    writeAs: createWriteAs(revocationDb),
    store,
    publisher,
    checkpoint: gated(checkpoint, gate),
  })
  const accessTokens = createAccessTokenIssuer({
    sign: createAccessTokenSigner({ ring: tokens.signingRing }),
    issuer,
    audience,
    ttlSeconds: accessTtlSeconds,
    profile: tokens.accessProfile,
    now,
  })
  const refreshTokens = createRefreshTokens(refreshRing)
  const sessions = createSessionService({
    writeAs,
    store,
    revoker,
    checkpoint: gated(checkpoint, gate),
    refreshTokens,
    grant: createGrants({ accessTokens, refreshTokens, permissions, now }),
    notices: createSessionNotices({ outbox, maxAgeMs, now }),
    devices,
  })
  const recoverSessions = createSessionRecovery({
    db,
    commands,
    publisher,
    checkpoint,
    publishOthers,
    maxAgeMs,
    accessTtlSeconds,
    now: Date.now,
  })
  return { sessions, accessTokens, revoker, recoverSessions }
}

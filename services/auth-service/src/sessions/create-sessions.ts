import {
  createAccessTokenSigner,
  createRefreshTokenSigner,
  createRefreshTokenVerifier,
  type SigningRing,
} from '@latchkey/access-token'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import { gated, type RedisGate } from '../redis/redis-gate.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { type AccessTokenIssuer, type AccessTokenProfile, createAccessTokenIssuer } from './access-token-issuer.ts'
import { createRedisEventCheckpoint } from './redis-event-checkpoint.ts'
import type { SessionCommands } from './session-commands.ts'
import { createSessionRecovery, type Recovered } from './session-recovery.ts'
import { createSessionRevoker, type SessionRevoker } from './session-revoker.ts'
import { createSessionService, type SessionService } from './session-service.ts'
import type { SessionStore } from './session-store.ts'

type Dependencies = {
  readonly db: AuthDatabase
  /** The same database over connections of its own; see {@link createSessionRevoker}. */
  readonly revocationDb: AuthDatabase
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly gate: RedisGate
  /** For recovery alone, which runs while the gate is shut. */
  readonly commands: SessionCommands
  readonly store: SessionStore
  readonly publisher: RevocationPublisher
  /** Publishes again what was revoked since (epoch ms) other than sessions and users. */
  readonly publishOthers: (since: number) => Promise<void>
  readonly signingRing: () => SigningRing
  readonly refreshRing: () => SigningRing
  readonly issuer: string
  readonly audience: string
  readonly accessTokenLifeSeconds: number
  readonly accessTokenProfile: AccessTokenProfile
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
  const { db, revocationDb, redis, keyPrefix, gate, commands, store, publisher, publishOthers } = dependencies
  const { signingRing, refreshRing, issuer, audience, accessTokenLifeSeconds, maxAgeMs, now } = dependencies
  const checkpoint = createRedisEventCheckpoint(redis, keyPrefix)
  const gatedCheckpoint = gated(checkpoint, gate)
  const revoker = createSessionRevoker({ db: revocationDb, store, publisher, checkpoint: gatedCheckpoint })
  const accessTokens = createAccessTokenIssuer({
    sign: createAccessTokenSigner({ ring: signingRing }),
    issuer,
    audience,
    lifeSeconds: accessTokenLifeSeconds,
    profile: dependencies.accessTokenProfile,
    now,
  })
  const sessions = createSessionService({
    db,
    store,
    revoker,
    checkpoint: gatedCheckpoint,
    accessTokens,
    signRefreshToken: createRefreshTokenSigner({ ring: refreshRing }),
    verifyRefreshToken: createRefreshTokenVerifier({ ring: refreshRing }),
    now,
  })
  const recoverSessions = createSessionRecovery({
    db,
    commands,
    publisher,
    checkpoint,
    publishOthers,
    maxAgeMs,
    accessTokenLifeSeconds,
    now: Date.now,
  })
  return { sessions, accessTokens, revoker, recoverSessions }
}

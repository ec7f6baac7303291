import { createAccessTokenSigner, type SigningRing } from '@latchkey/access-token'
import type { AuthDatabase } from '../database/auth-database.ts'
import { createWriteAs, type WriteAs } from '../database/write-as.ts'
import type { KnownDevices } from '../devices/known-devices.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { MarkAccounts } from '../reconciliation/mark-accounts.ts'
import type { AccountMarks } from '../reconciliation/redis-account-marks.ts'
import type { AccessTokenLives } from '../revocations/access-token-lives.ts'
import type { RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import { type AccessTokenIssuer, type AccessTokenProfile, createAccessTokenIssuer } from './access-token-issuer.ts'
import { createGrants } from './grant.ts'
import { createRefreshTokens } from './refresh-tokens.ts'
import type { EventCheckpoint, SessionCommands } from './session-commands.ts'
import { createSessionNotices } from './session-notices.ts'
import { createSessionRecovery, type RecoverSessions } from './session-recovery.ts'
import { createSessionRevoker, type SessionRevoker } from './session-revoker.ts'
import { createSessionService, type SessionService } from './session-service.ts'
import type { SessionStore } from './session-store.ts'

type Dependencies = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  /** The same database on connections of its own; see {@link createSessionRevoker}. */
  readonly revocationDb: AuthDatabase
  readonly checkpoint: EventCheckpoint
  /** For recovery alone: they run on a Redis that is behind. */
  readonly recoveryCommands: SessionCommands
  readonly store: SessionStore
  readonly publisher: RevocationPublisher
  readonly marks: AccountMarks
  readonly markAccounts: MarkAccounts
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
  readonly lives: AccessTokenLives
  /** The longest that a session can live. */
  readonly maxAgeMs: number
  /** Epoch milliseconds, of tokens. */
  readonly now: () => number
}

export type Sessions = {
  readonly sessions: SessionService
  readonly accessTokens: AccessTokenIssuer
  readonly revoker: SessionRevoker
  readonly recoverSessions: RecoverSessions
}

export function createSessions(dependencies: Dependencies): Sessions {
  const { db, writeAs, revocationDb, checkpoint, recoveryCommands, store, publisher, publishOthers, outbox } =
    dependencies
  const { marks, markAccounts } = dependencies
  const { tokens, permissions, devices, lives, maxAgeMs, now } = dependencies
  const { issuer, audience, accessTtlSeconds, refreshRing } = tokens
  const revoker = createSessionRevoker({
    writeAs: createWriteAs(revocationDb),
    store,
    publisher,
    marks,
    checkpoint,
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
    checkpoint,
    refreshTokens,
    grant: createGrants({ accessTokens, refreshTokens, permissions, now }),
    notices: createSessionNotices({ outbox, maxAgeMs, now }),
    devices,
    marks,
    now,
  })
  const recoverSessions = createSessionRecovery({
    db,
    commands: recoveryCommands,
    publisher,
    markAccounts,
    publishOthers,
    maxAgeMs,
    lives,
    now: Date.now,
  })
  return { sessions, accessTokens, revoker, recoverSessions }
}

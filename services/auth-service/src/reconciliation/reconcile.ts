import { setTimeout as sleep } from 'node:timers/promises'
import { createErasure } from '../accounts/erasure.ts'
import type { AuditOrigin } from '../audit/audit-event.ts'
import type { AuthDatabase } from '../database/auth-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { liftPolicyVersion, readPolicyVersion } from '../permissions/policy-repository.ts'
import { noteLife } from '../revocations/access-token-life-repository.ts'
import { allTokensOf, type RevocationPublisher } from '../revocations/redis-revocation-publisher.ts'
import type { EndReason } from '../sessions/session.ts'
import type { SessionCommands } from '../sessions/session-commands.ts'
import { lockRecoveryExclusive } from '../sessions/session-event-repository.ts'
import { createSessionRevoker } from '../sessions/session-revoker.ts'
import { liftBeat, readBeat } from './beat-repository.ts'
import { carryOverAccounts } from './carry-over-accounts.ts'
import { carryOverFeed, type ReadStream } from './carry-over-feed.ts'
import { carryOverSessions } from './carry-over-sessions.ts'
import { describeReconciliation } from './reconciliation-report.ts'
import { skipEventIds } from './reconciliation-repository.ts'
import type { AccountMarks } from './redis-account-marks.ts'
import type { RedisBeat } from './redis-beat.ts'

/** What Redis knows and Postgres may have forgotten. */
export type RedisMemory = {
  readonly beat: RedisBeat
  readonly marks: AccountMarks
  readonly commands: Pick<SessionCommands, 'list' | 'end' | 'forget' | 'invalidateSnapshot'>
  readonly publisher: RevocationPublisher
  readonly readStream: ReadStream
  readonly findEndReason: (userId: string, sid: string) => Promise<EndReason | undefined>
  /** The last session event that any node has applied; undefined where there was none. */
  readonly findCheckpoint: () => Promise<string | undefined>
}

export type Reconciliation = {
  readonly db: AuthDatabase
  readonly writeAs: WriteAs
  readonly memory: RedisMemory
  readonly keyPrefix: string
  readonly origin: AuditOrigin
  /** Also where Postgres does not look older. */
  readonly isForced: boolean
  /** Gets what was done and what can't be known, line by line. */
  readonly print: (line: string) => void
  readonly note: (line: string) => void
}

/** The longest that a token can live: the lives that were noted since are lost. Seconds. */
/** More than the services make before they notice. */
const BEATS_AHEAD = 10
/** Until they have, and what was under way is over. */
const HOLD_BACK_MS = 4000
export const LONGEST_LIFE_SECONDS = 24 * 3600

/**
 * Carries over to a Postgres that has gone back what Redis knows: revoked keys and clients, versions, disabled and erased accounts, the ends
 * of sessions. Services serve nothing until it is done. Wherever it is interrupted, it may be run again.
 *
 * @returns whether there was something to reconcile
 */
export async function reconcile(reconciliation: Reconciliation): Promise<boolean> {
  const { db, writeAs, memory, keyPrefix, origin, isForced, print, note } = reconciliation
  const { beat, marks, commands, publisher } = memory
  const known = await beat.read()
  const { count, takesWrites } = await readBeat(db, 0)
  if (!takesWrites) throw new Error('Postgres takes no writes')
  if (known.count > count) note(`Postgres is ${known.count - count} beats behind Redis.`)
  else if (!isForced) return false
  else {
    note('The services hold back now.')
    await beat.raise({ count: count + BEATS_AHEAD })
    await sleep(HOLD_BACK_MS)
  }
  // What was under way when the services noticed.
  await lockRecoveryExclusive(db)
  await noteLife(db, LONGEST_LIFE_SECONDS)

  const revoker = createSessionRevoker({
    writeAs,
    store: commands,
    publisher,
    marks,
    checkpoint: { advance() {}, confirm: (work) => work(), apply: (_eventId, work) => work() },
  })
  const log = { warn: (_fields: unknown, line?: string) => note(line ?? '') }
  const erasure = createErasure({ db, store: commands, revoker, publisher, marks, log })

  const feed = await carryOverFeed({ db, writeAs, readStream: memory.readStream, keyPrefix, origin })
  const accounts = await carryOverAccounts({ db, writeAs, marks, erasure, origin, note })
  await publisher.publish(accounts.unknown.map(allTokensOf))
  for (const userId of accounts.unknown) await commands.forget(userId)
  // What is recorded from here on comes after what Redis has applied.
  const last = await memory.findCheckpoint()
  if (last !== undefined) await skipEventIds(db, last)
  const sessions = await carryOverSessions({
    db,
    writeAs,
    commands,
    revoker,
    findEndReason: memory.findEndReason,
    origin,
  })

  for (const line of describeReconciliation({ feed, accounts, sessions })) print(line)
  // Tokens name the version that they were issued by, and copies of the policy only go forward.
  const policyVersion = Math.max(feed.policyVersion, known.policyVersion)
  if (policyVersion > (await readPolicyVersion(db))) await liftPolicyVersion(db, policyVersion + 1)
  // Only now do services serve.
  await liftBeat(db, Math.max(known.count, (await beat.read()).count))
  await marks.remove(accounts.unknown)
  return true
}

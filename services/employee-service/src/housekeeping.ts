import { type Log, repeat } from '@latchkey/problems'
import type { EmployeeDatabase } from './database/employee-database.ts'
import { deleteExpiredKeys } from './idempotency/idempotency-repository.ts'
import type { AccountFinder } from './onboarding/account-finder.ts'
import { findLateAccounts } from './onboarding/late-accounts.ts'

const EVERY_MS = 600_000

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly finder: AccountFinder
  readonly log: Pick<Log, 'warn'>
  readonly signal: AbortSignal
  /** Ten minutes unless given. */
  readonly everyMs?: number | undefined
}

/** What is done beside the requests, now and periodically until `signal` aborts. */
export function startHousekeeping({ db, finder, log, signal, everyMs = EVERY_MS }: Dependencies): void {
  const tasks = [
    { run: () => deleteExpiredKeys(db), failure: 'expired idempotency keys could not be deleted' },
    { run: () => findLateAccounts(db, finder), failure: 'accounts of invitations that ended could not be looked for' },
  ]
  for (const { run, failure } of tasks) {
    const onError = (err: unknown): void => log.warn({ err }, failure)
    void repeat(run, { everyMs, atOnce: true, signal, onError })
  }
}

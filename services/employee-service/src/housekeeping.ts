import { type Log, repeat } from '@latchkey/problems'
import type { EmployeeDatabase } from './database/employee-database.ts'
import { deleteExpiredKeys } from './idempotency/idempotency-repository.ts'

const EVERY_MS = 600_000

type Dependencies = {
  readonly db: EmployeeDatabase
  readonly log: Pick<Log, 'warn'>
  readonly signal: AbortSignal
  /** Ten minutes unless given. */
  readonly everyMs?: number | undefined
}

/** What is done beside the requests, now and periodically until `signal` aborts. */
export function startHousekeeping({ db, log, signal, everyMs = EVERY_MS }: Dependencies): void {
  const onError = (err: unknown): void => log.warn({ err }, 'expired idempotency keys could not be deleted')
  const deleteKeys = () => deleteExpiredKeys(db)
  void deleteKeys().catch(onError)
  void repeat(deleteKeys, { everyMs, signal, onError })
}

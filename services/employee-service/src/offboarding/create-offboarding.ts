import { openChangeFeed, type PreparedDatabase } from '@latchkey/database'
import { createJobQueue } from '@latchkey/job-queue'
import type { Log } from '@latchkey/problems'
import type { ServiceClient } from '@latchkey/service-client'
import type { EmployeeDatabase, EmployeeSchema } from '../database/employee-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import { type AccountFinder, createAccountFinder } from '../onboarding/account-finder.ts'
import { createAccountInviter } from '../onboarding/account-inviter.ts'
import { createRecordAccount, type RecordAccount } from '../onboarding/record-account.ts'
import { type AccountDenylist, createAccountDenylist } from './account-denylist.ts'
import { createAccountDisabler } from './account-disabler.ts'
import { type AttemptCounts, createOffboardingAttempts } from './offboarding-attempts.ts'
import { createOffboardingService, type OffboardingService } from './offboarding-service.ts'
import { type OffboardingWatch, watchOffboardings } from './offboarding-watch.ts'
import { createRequestOffboarding, type RequestOffboarding } from './request-offboarding.ts'
import { superviseJobs } from './supervise-jobs.ts'

/** The pauses are short, so that an account is disabled within seconds once auth-service is back. */
const RETRY_DELAY_MAX_SECONDS = 2
/** An attempt takes 3 s at most. */
const EXPIRE_IN_SECONDS = 4
const CONCURRENCY = 10

type Dependencies = {
  /** Already migrated. */
  readonly db: EmployeeDatabase
  /** Of the same database: the change feed and the job queue have connections of their own. */
  readonly prepared: Pick<PreparedDatabase, 'sessions' | 'schema' | 'isOwner'>
  readonly auth: Pick<ServiceClient, 'fetch'>
  readonly writeAs: WriteAs
  readonly newId: () => string
  readonly log: Log & { readonly debug: Log['info'] }
}

export type OffboardingModule = {
  readonly service: OffboardingService
  readonly denylist: AccountDenylist
  readonly watch: OffboardingWatch
  readonly counts: AttemptCounts
  readonly requestOffboarding: RequestOffboarding
  readonly recordAccount: RecordAccount
  readonly finder: AccountFinder
  close(): Promise<void>
}

/**
 * Offboarding, at work: the denylist follows the database, and jobs disable accounts at auth-service. An error on the way closes what
 * was opened.
 */
export async function createOffboarding(dependencies: Dependencies): Promise<OffboardingModule> {
  const { db, prepared, auth, writeAs, newId, log } = dependencies
  await using opened = new AsyncDisposableStack()

  const changes = opened.adopt(
    openChangeFeed<EmployeeSchema>({
      ...prepared.sessions,
      channel: 'offboardings',
      applicationName: 'employee-service changes',
    }),
    (feed) => feed.close(),
  )
  const denylist = createAccountDenylist()
  const watch = opened.adopt(watchOffboardings({ db: changes.db, denylist, log }), (it) => it.close())
  changes.subscribe(() => void watch.refresh())

  const queue = createJobQueue({
    name: 'offboarding',
    url: prepared.sessions.url,
    applicationName: 'employee-service jobs',
    log,
    retryDelayMaxSeconds: RETRY_DELAY_MAX_SECONDS,
    expireInSeconds: EXPIRE_IN_SECONDS,
    concurrency: CONCURRENCY,
  })
  opened.defer(() => queue.close())
  await queue.start(`${prepared.schema}_jobs`, prepared.isOwner)

  const requestOffboarding = createRequestOffboarding({ queue, newId })
  const recordAccount = createRecordAccount({ db, offboardingQueue: queue, requestOffboarding })
  const disabler = createAccountDisabler(auth, Date.now)
  const finder = createAccountFinder({ db, inviter: createAccountInviter(auth), recordAccount })
  const { attempt, counts } = createOffboardingAttempts({ db, disabler, finder, log })
  queue.work(attempt)
  watch.subscribe(superviseJobs({ db, denylist, queue, log }))

  const service = createOffboardingService({ db, writeAs, queue, requestOffboarding, watch, newId })
  const kept = opened.move()
  return {
    service,
    denylist,
    watch,
    counts,
    requestOffboarding,
    recordAccount,
    finder,
    close: () => kept.disposeAsync(),
  }
}

import type { PreparedDatabase } from '@latchkey/database'
import { createJobQueue } from '@latchkey/job-queue'
import type { Log } from '@latchkey/problems'
import type { ServiceClient } from '@latchkey/service-client'
import type { EmployeeDatabase } from '../database/employee-database.ts'
import type { WriteAs } from '../database/write-as.ts'
import type { RequestOffboarding } from '../offboarding/request-offboarding.ts'
import { createAccountInviter } from './account-inviter.ts'
import { createCheckAccount } from './check-account.ts'
import { createLinkAccount } from './link-account.ts'
import { createMakeAccount } from './make-account.ts'
import { createOnboardingAttempts, type OnboardingCounts } from './onboarding-attempts.ts'
import { createOnboardingService, type OnboardingService } from './onboarding-service.ts'
import { type OnboardingSupervisor, superviseOnboardings } from './onboarding-supervisor.ts'
import type { RecordAccount } from './record-account.ts'

/** Longest pause after an attempt that did not end well, unless the attempt asks for another. */
const RETRY_DELAY_MAX_SECONDS = 10
/** Longer than all steps of an attempt may take; a worker that was killed is noticed earlier, by its heartbeat. */
const EXPIRE_IN_SECONDS = 60
const HEARTBEAT_SECONDS = 10
const CONCURRENCY = 5

type Dependencies = {
  /** Already migrated. */
  readonly db: EmployeeDatabase
  /** Of the same database: the job queue has connections of its own. */
  readonly prepared: Pick<PreparedDatabase, 'sessions' | 'schema' | 'isOwner'>
  readonly auth: Pick<ServiceClient, 'fetch'>
  /** Of this service's own client at auth-service. */
  readonly clientId: string
  readonly writeAs: WriteAs
  readonly requestOffboarding: RequestOffboarding
  readonly recordAccount: RecordAccount
  readonly newId: () => string
  readonly log: Log & { readonly debug: Log['info'] }
}

export type OnboardingModule = {
  readonly service: OnboardingService
  readonly supervisor: OnboardingSupervisor
  readonly counts: OnboardingCounts
  close(): Promise<void>
}

/** Onboarding, at work: jobs make accounts at auth-service, and link them once their owners have accepted. */
export async function createOnboarding(dependencies: Dependencies): Promise<OnboardingModule> {
  const { db, prepared, auth, clientId, writeAs, requestOffboarding, recordAccount, newId, log } = dependencies
  await using opened = new AsyncDisposableStack()
  const queue = createJobQueue({
    name: 'onboarding',
    url: prepared.sessions.url,
    applicationName: 'employee-service jobs',
    log,
    retryDelayMaxSeconds: RETRY_DELAY_MAX_SECONDS,
    expireInSeconds: EXPIRE_IN_SECONDS,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    concurrency: CONCURRENCY,
  })
  opened.defer(() => queue.close())
  await queue.start(`${prepared.schema}_jobs`, prepared.isOwner)

  const inviter = createAccountInviter(auth)
  const linkAccount = createLinkAccount({ writeAs, requestOffboarding, clientId })
  const makeAccount = createMakeAccount({ db, inviter, recordAccount })
  const checkAccount = createCheckAccount({ db, inviter, linkAccount, now: Date.now })
  const { attempt, counts } = createOnboardingAttempts({ db, makeAccount, checkAccount, log })
  queue.work(attempt)
  const supervisor = opened.adopt(superviseOnboardings({ db, queue, log }), (it) => it.close())

  const service = createOnboardingService({ db, writeAs, queue, hasten: supervisor.hasten, newId })
  const kept = opened.move()
  return { service, supervisor, counts, close: () => kept.disposeAsync() }
}

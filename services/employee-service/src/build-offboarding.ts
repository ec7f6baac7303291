import { createDatabase, currentSchema, type Database } from '@latchkey/database'
import { createServiceClient } from '@latchkey/service-client'
import type { AppInstance } from '@latchkey/service-kit'
import { v7 as uuidv7 } from 'uuid'
import type { Config } from './config.ts'
import type { EmployeeDatabase } from './database/employee-database.ts'
import { openChangeFeed } from './database/open-change-feed.ts'
import type { WriteAs } from './database/write-as.ts'
import type { EmployeeService } from './employees/employee-service.ts'
import { createAccountDisabler } from './offboarding/account-disabler.ts'
import { keepJobsMoving } from './offboarding/keep-jobs-moving.ts'
import { createOffboardingAttempts } from './offboarding/offboarding-attempts.ts'
import { openOffboardingQueue } from './offboarding/offboarding-queue.ts'
import { createOffboardingRepository } from './offboarding/offboarding-repository.ts'
import { createOffboardingService } from './offboarding/offboarding-service.ts'
import { watchOffboardings } from './offboarding/offboarding-watch.ts'
import { createRefusedAccounts } from './offboarding/refused-accounts.ts'

/** The queue's own statements are few and may take longer than a request's: at its first start it makes its tables. */
const QUEUE_STATEMENT_MS = 10_000
const QUEUE_POOL_SIZE = 3

/**
 * The watch over who is refused, and the jobs that disable accounts. Whatever it opens is closed with the app.
 *
 * @param database already migrated
 */
export async function buildOffboarding(app: AppInstance, config: Config, database: Database<EmployeeDatabase>) {
  const { log } = app
  const { url } = config.database
  const offboardings = createOffboardingRepository(database.db)

  const accounts = createRefusedAccounts()
  const changes = openChangeFeed({ ...config.database, onChange: () => void watch.look() })
  const watch = watchOffboardings({
    offboardings: createOffboardingRepository(changes.db),
    accounts,
    log,
    onLook: () => jobs?.look(),
  })
  let jobs: ReturnType<typeof keepJobsMoving> | undefined
  app.addHook('onClose', async () => {
    await watch.close()
    await changes.close()
  })

  const jobDatabase = createDatabase<unknown>({
    url,
    poolSize: QUEUE_POOL_SIZE,
    statementTimeoutMs: QUEUE_STATEMENT_MS,
    applicationName: 'employee-service jobs',
    onError: (err) => log.warn({ err }, 'Postgres connection of the job queue failed'),
  })
  app.addHook('onClose', () => jobDatabase.close())
  const queue = await openOffboardingQueue({
    executeSql: (text, values) => jobDatabase.pool.query(text, values),
    schema: `${await currentSchema(database.db)}_jobs`,
    log,
  })
  const auth = createServiceClient(config.auth)
  app.addHook('onClose', () => auth.close())
  app.addHook('onClose', () => queue.close())

  const attempts = createOffboardingAttempts({ offboardings, disabler: createAccountDisabler(auth, Date.now), log })
  await queue.work(attempts.attempt)
  jobs = keepJobsMoving({ offboardings, accounts, queue, log })

  return {
    accounts,
    watch,
    counts: attempts.counts,
    service: (employees: EmployeeService, writeAs: WriteAs) =>
      createOffboardingService({ offboardings, writeAs, employees, queue, watch, newId: uuidv7 }),
  }
}

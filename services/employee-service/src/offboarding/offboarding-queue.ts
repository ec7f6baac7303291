import type { Log } from '@latchkey/problems'
import { fromKysely, type Job, type KyselyTransactionLike, PgBoss } from 'pg-boss'
import type { AttemptResult } from './offboarding-attempts.ts'

const QUEUE = 'offboarding'

/**
 * How jobs are tried. The pauses are short, so that an account is disabled within seconds once auth-service is back. A job never
 * gives up: an offboarding is tried until auth-service has disabled the account, or has refused to.
 */
const JOB_OPTIONS = {
  retryLimit: 10_000_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 2,
  /** After this a job whose worker was killed has expired. An attempt takes 3 s at most. */
  expireInSeconds: 4,
  retentionSeconds: 60 * 24 * 3600,
  deleteAfterSeconds: 3600,
}

/** How often a worker looks for jobs without being woken: a job that waits for its next attempt wakes no worker. */
const POLL_SECONDS = 1
/** Jobs that one replica works at in parallel. After a full batch it fetches the next one at once. */
const BATCH_SIZE = 10
const STOP_WITHIN_MS = 4000

/** The same error again is logged once a minute. */
const LOG_AGAIN_MS = 60_000

type QueueOptions = {
  /** Runs one or more statements, on a connection of its own. */
  readonly executeSql: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>
  /** Where the queue keeps its tables; made when it does not exist. */
  readonly schema: string
  readonly log: Pick<Log, 'warn'>
}

export type OffboardingQueue = {
  /** Adds a job in the transaction, so that both are committed or neither. Nothing happens when there is one already. */
  add(trx: KyselyTransactionLike, offboardingId: string): Promise<void>
  /** The same in a transaction of its own. */
  addAgain(offboardingId: string): Promise<void>
  /** Starts the worker of this process. */
  work(attempt: (offboardingId: string) => Promise<AttemptResult>): Promise<void>
  /** Makes the worker of this process look for jobs now. */
  wake(): void
  /** Makes jobs of killed workers available; at most once a second, however many replicas call it. */
  freeExpired(): Promise<void>
  /** Lets the running attempts finish within four seconds; others take over what is left. */
  close(): Promise<void>
}

/**
 * The jobs, in the same Postgres as the offboardings. pg-boss, because it can write jobs in our transactions, notices within seconds
 * that a worker was killed, and has an upper bound for its pauses.
 */
export async function openOffboardingQueue({ executeSql, schema, log }: QueueOptions): Promise<OffboardingQueue> {
  const boss = new PgBoss({
    db: { executeSql },
    schema,
    schedule: false,
    monitorIntervalSeconds: 1,
  })
  const logError = createErrorLog(log)
  boss.on('error', logError)
  boss.on('warning', ({ message, data }) => log.warn({ data }, `job queue: ${message}`))
  await boss.start()
  let worker: string | undefined
  try {
    await boss.createQueue(QUEUE, { policy: 'exclusive', ...JOB_OPTIONS })
    await boss.updateQueue(QUEUE, JOB_OPTIONS)
  } catch (error) {
    await boss.stop({ graceful: false })
    throw error
  }

  const send = async (offboardingId: string, trx?: KyselyTransactionLike): Promise<void> => {
    const options = { singletonKey: offboardingId, ...(trx && { db: fromKysely(trx) }) }
    await boss.send(QUEUE, { offboardingId } satisfies OffboardingJob, options)
  }

  return {
    add: (trx, offboardingId) => send(offboardingId, trx),
    addAgain: (offboardingId) => send(offboardingId),

    async work(attempt) {
      const options = {
        batchSize: BATCH_SIZE,
        burstWhenBatchFull: true,
        pollingIntervalSeconds: POLL_SECONDS,
        perJobResults: true,
      } as const
      worker = await boss.work(QUEUE, options, (jobs: Job<OffboardingJob>[]) =>
        Promise.all(
          jobs.map(async ({ id, data }) => {
            try {
              const result = await attempt(data.offboardingId)
              return { id, status: result === 'finished' ? ('completed' as const) : ('failed' as const) }
            } catch (error) {
              logError(error)
              return { id, status: 'failed' as const }
            }
          }),
        ),
      )
    },

    wake() {
      if (worker !== undefined) boss.notifyWorker(worker)
    },

    async freeExpired() {
      await boss.supervise(QUEUE).catch(logError)
    },

    close: () => boss.stop({ timeout: STOP_WITHIN_MS }),
  }
}

type OffboardingJob = { readonly offboardingId: string }

/** Logs errors, but the same one only once a minute. */
function createErrorLog(log: Pick<Log, 'warn'>): (error: unknown) => void {
  let last: { message: string; atMs: number } | undefined
  return function logOnce(error) {
    const message = error instanceof Error ? error.message : String(error)
    const nowMs = performance.now()
    if (last?.message === message && nowMs < last.atMs + LOG_AGAIN_MS) return
    last = { message, atMs: nowMs }
    log.warn({ err: error }, 'job queue: an error')
  }
}

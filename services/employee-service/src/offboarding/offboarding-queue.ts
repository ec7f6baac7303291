import { fromKysely, type Job, type KyselyTransactionLike, PgBoss } from 'pg-boss'
import type { Attempt } from './offboarding-attempts.ts'

const QUEUE = 'offboarding'

/**
 * How jobs are tried. The pauses are kept so short that an account is disabled within seconds once auth-service is back.
 *
 * A job never gives up: an offboarding is tried until auth-service has disabled the account, or refused to.
 */
const JOB_OPTIONS = {
  retryLimit: 10_000_000,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 2,
  /** A worker that was killed is noticed after this. An attempt takes 3 s at most. */
  expireInSeconds: 4,
  retentionSeconds: 60 * 24 * 3600,
  deleteAfterSeconds: 3600,
}

/** How often a worker that was not woken looks for jobs: those that wait for their next attempt tell nobody. */
const POLL_SECONDS = 1
/** Tried side by side by one replica; it goes on at once for as long as there are as many again. */
const AT_ONCE = 10
const STOP_WITHIN_MS = 4000

/** An error that keeps coming back is told once a minute. */
const TELL_AGAIN_MS = 60_000

type Log = { warn(fields: object, text: string): void }

type QueueOptions = {
  /** Runs a statement, several at once included, on a connection of its own. */
  readonly executeSql: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>
  /** Where the queue keeps its tables; made when it is not there. */
  readonly schema: string
  readonly log: Log
}

export type OffboardingQueue = {
  /** Part of the transaction: the job is there if what else it wrote is. Nothing happens when it is queued already. */
  add(trx: KyselyTransactionLike, offboardingId: string): Promise<void>
  /** The same in a transaction of its own. */
  addAgain(offboardingId: string): Promise<void>
  /** Starts working. */
  work(attempt: (offboardingId: string) => Promise<Attempt>): Promise<void>
  /** Has the worker of this process look for jobs now. */
  wake(): void
  /** Frees jobs whose worker was killed; at most once a second, whichever replicas ask. */
  freeExpired(): Promise<void>
  /** Ends what is under way in order, else leaves it to others. */
  close(): Promise<void>
}

/**
 * The jobs, in Postgres, beside what they are about. On pg-boss: it can be part of our transactions, it notices within seconds
 * that a worker was killed, and its pauses have an upper bound.
 */
export async function openOffboardingQueue({ executeSql, schema, log }: QueueOptions): Promise<OffboardingQueue> {
  const boss = new PgBoss({
    db: { executeSql },
    schema,
    schedule: false,
    monitorIntervalSeconds: 1,
  })
  const tell = tellOnce(log)
  boss.on('error', (err) => tell(err))
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
        batchSize: AT_ONCE,
        burstWhenBatchFull: true,
        pollingIntervalSeconds: POLL_SECONDS,
        perJobResults: true,
      } as const
      worker = await boss.work(QUEUE, options, (jobs: Job<OffboardingJob>[]) =>
        Promise.all(
          jobs.map(async ({ id, data }) => {
            try {
              const result = await attempt(data.offboardingId)
              return { id, status: result === 'settled' ? ('completed' as const) : ('failed' as const) }
            } catch (error) {
              tell(error)
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
      await boss.supervise(QUEUE).catch(tell)
    },

    close: () => boss.stop({ timeout: STOP_WITHIN_MS }),
  }
}

type OffboardingJob = { readonly offboardingId: string }

function tellOnce(log: Log): (error: unknown) => void {
  let last: { message: string; atMs: number } | undefined
  return (error) => {
    const message = error instanceof Error ? error.message : String(error)
    const nowMs = performance.now()
    if (last?.message === message && nowMs < last.atMs + TELL_AGAIN_MS) return
    last = { message, atMs: nowMs }
    log.warn({ err: error }, 'job queue: an error')
  }
}

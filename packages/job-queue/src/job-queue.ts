import { fromKysely, type Job, type KyselyTransactionLike, PgBoss } from 'pg-boss'
import { createErrorLog } from './error-log.ts'

/** What an attempt came to: `done` when there is nothing more to do, well or badly. */
export type Attempt = 'done' | 'retry'

export type JobQueueOptions = {
  /** The queue's name. A job's key is unique in it for as long as the job is open. */
  readonly name: string
  /** Runs a statement, several at once included, on a connection of its own. */
  readonly executeSql: (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>
  readonly log: { warn(fields: object, text: string): void }
  /** Longest pause between two attempts, in seconds; pauses double up to it. */
  readonly retryDelayMaxSeconds: number
  /** A worker that was killed is noticed after this many seconds: longer than an attempt takes. */
  readonly expireInSeconds: number
  /** Jobs worked at side by side by one process. */
  readonly concurrency: number
}

/** Takes no jobs before it was started. */
export type JobQueue = {
  /**
   * Connects, once.
   * @param schema where the queue keeps its tables; created when it is missing
   */
  start(schema: string): Promise<void>
  /** Part of the transaction: the job exists if what else it wrote does. A key that is queued already stays as it is. */
  add(trx: KyselyTransactionLike, key: string): Promise<void>
  /** The same in a transaction of its own. */
  addNow(key: string): Promise<void>
  /** Starts to work. An attempt that throws is logged and repeated. */
  work(attempt: (key: string) => Promise<Attempt>): Promise<void>
  /** Has the worker of this process look for jobs now. */
  wake(): void
  /** Frees jobs whose worker was killed; at most once a second, whichever replicas ask. */
  freeExpired(): Promise<void>
  /** Finishes what is under way, else leaves it to others. */
  close(): Promise<void>
}

/** How often a worker that was not woken looks for jobs. */
const POLL_SECONDS = 1
const STOP_WITHIN_MS = 4000

type Data = { readonly key: string }

/**
 * Jobs in Postgres, beside what they are about; a job holds a key and nothing else. It is never given up: when to stop is the business of
 * the attempt. On pg-boss: it can be part of our transactions, it notices within seconds that a worker was killed, and its pauses
 * have an upper bound.
 */
export function createJobQueue(options: JobQueueOptions): JobQueue {
  const { name, executeSql, log, concurrency } = options
  const logError = createErrorLog(log)
  let started: PgBoss | undefined
  let worker: string | undefined

  const jobOptions = {
    retryLimit: 10_000_000,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: options.retryDelayMaxSeconds,
    expireInSeconds: options.expireInSeconds,
    retentionSeconds: 60 * 24 * 3600,
    deleteAfterSeconds: 3600,
  }

  function running(): PgBoss {
    if (!started) throw new Error(`the queue ${name} has not been started`)
    return started
  }

  async function send(key: string, trx?: KyselyTransactionLike): Promise<void> {
    await running().send(name, { key } satisfies Data, { singletonKey: key, ...(trx && { db: fromKysely(trx) }) })
  }

  return {
    async start(schema) {
      const boss = new PgBoss({ db: { executeSql }, schema, schedule: false, monitorIntervalSeconds: 1 })
      boss.on('error', logError)
      boss.on('warning', ({ message, data }) => log.warn({ queue: name, data }, `job queue: ${message}`))
      await boss.start()
      try {
        await boss.createQueue(name, { policy: 'exclusive', ...jobOptions })
        await boss.updateQueue(name, jobOptions)
      } catch (error) {
        await boss.stop({ graceful: false })
        throw error
      }
      started = boss
    },

    add: (trx, key) => send(key, trx),
    addNow: (key) => send(key),

    async work(attempt) {
      async function attemptJob({ id, data }: Job<Data>) {
        try {
          const isDone = (await attempt(data.key)) === 'done'
          return { id, status: isDone ? ('completed' as const) : ('failed' as const) }
        } catch (error) {
          logError(error)
          return { id, status: 'failed' as const }
        }
      }
      worker = await running().work(
        name,
        { batchSize: concurrency, burstWhenBatchFull: true, pollingIntervalSeconds: POLL_SECONDS, perJobResults: true },
        (jobs: Job<Data>[]) => Promise.all(jobs.map(attemptJob)),
      )
    },

    wake() {
      if (worker !== undefined) running().notifyWorker(worker)
    },

    async freeExpired() {
      await running().supervise(name).catch(logError)
    },

    async close() {
      await started?.stop({ timeout: STOP_WITHIN_MS })
    },
  }
}

import { createDatabase, DatabaseFault } from '@latchkey/database'
import { type Log, withDeadline } from '@latchkey/problems'
import { fromKysely, type JobWithMetadata, type KyselyTransactionLike, PgBoss } from 'pg-boss'
import { createErrorLog } from './error-log.ts'
import { type Attempt, type JobSource, type JobWorker, startJobWorker } from './job-worker.ts'

export type JobQueueOptions = {
  /** The queue's name. A job's key is unique in it for as long as the job is open. */
  readonly name: string
  /** The database of what the jobs are about. The queue has connections of its own, each a session. */
  readonly url: string
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  readonly log: Pick<Log, 'warn'>
  /** Longest pause between two attempts, in seconds; pauses double up to it. */
  readonly retryDelayMaxSeconds: number
  /** A job is given to another worker after this many seconds: longer than an attempt takes. */
  readonly expireInSeconds: number
  /** The same, sooner: a worker that was killed is noticed after this many seconds, 10 or more. Only `expireInSeconds` counts without. */
  readonly heartbeatSeconds?: number
  /** Jobs that one process works at side by side. */
  readonly concurrency: number
}

/** Takes no jobs before it was started. */
export type JobQueue = {
  /**
   * Connects, once.
   * @param schema where the queue keeps its tables
   * @param isOwner whether the role of the address owns them: they are then created, and brought up to date; unless given, it does
   * @throws when they are behind, and the role may not change them
   */
  start(schema: string, isOwner?: boolean): Promise<void>
  /** Part of the transaction: the job exists if what else it wrote does. A key that is queued already stays as it is. One statement. */
  add(trx: KyselyTransactionLike, key: string): Promise<void>
  /** The same for several, in a transaction of their own. */
  addNow(keys: readonly string[]): Promise<void>
  /**
   * Starts to work. An attempt that throws is logged and repeated; its signal aborts when the process stops.
   * First attempts go before repeated ones.
   */
  work(attempt: (key: string, signal: AbortSignal) => Promise<Attempt>): void
  /** Has the worker of this process look for jobs now. */
  wake(): void
  /** Has these jobs due now, whatever pause they are in; one that is worked at stays as it is. */
  hasten(keys: readonly string[]): Promise<void>
  /** Frees jobs whose worker was killed; at most once a second, whichever replicas ask. */
  freeExpired(): Promise<void>
  /** Gives what is under way four seconds, then hands it to others. */
  close(): Promise<void>
}

/** How often a worker that was not woken looks for jobs. */
const POLL_MS = 1000
const STOP_WITHIN_MS = 4000
const ABORT_WITHIN_MS = 500
/** The queue's statements are few, and may take longer than those of a request: at its first start it makes its tables. */
const STATEMENT_TIMEOUT_MS = 10_000
const POOL_SIZE = 3
/** Jobs start at 0. */
const REPEATED_PRIORITY = -1

/**
 * Jobs in Postgres, beside what they are about; a job is a key and nothing else. It is never given up: when to stop is the business of
 * the attempt. On pg-boss: it can be part of our transactions, it notices within seconds that a worker was killed, and its pauses
 * have an upper bound.
 */
export function createJobQueue(options: JobQueueOptions): JobQueue {
  const { name, url, applicationName, log, heartbeatSeconds, concurrency } = options
  const logError = createErrorLog(log, name)
  const database = createDatabase<unknown>({
    url,
    applicationName,
    poolSize: POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onError: (err) => log.warn({ err, queue: name }, 'job queue: an idle Postgres connection was lost'),
  })
  let started: PgBoss | undefined
  let worker: JobWorker | undefined
  let heartbeat: NodeJS.Timeout | undefined

  const jobOptions = {
    retryLimit: 10_000_000,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: options.retryDelayMaxSeconds,
    expireInSeconds: options.expireInSeconds,
    retentionSeconds: 60 * 24 * 3600,
    deleteAfterSeconds: 3600,
  }

  function boss(): PgBoss {
    if (!started) throw new Error(`the queue ${name} has not been started`)
    return started
  }

  const source: JobSource = {
    async take(limit, firstOnly) {
      const jobs: JobWithMetadata[] = await boss().fetch(name, {
        batchSize: limit,
        includeMetadata: true,
        ...(firstOnly && { minPriority: REPEATED_PRIORITY + 1 }),
      })
      // The key is not read from the data: earlier versions had another name for it there.
      return jobs.map(({ id, retryCount, singletonKey }) => ({ id, retryCount, key: singletonKey ?? '' }))
    },

    async settle(job, result) {
      if (result === 'done') {
        await boss().complete(name, job)
        return
      }
      await boss().fail(name, job)
      const changes = {
        ...(job.retryCount === 0 && { priority: REPEATED_PRIORITY }),
        ...(result !== 'retry' && { startAfter: Math.ceil(result.retryAfterSeconds) }),
      }
      if (Object.keys(changes).length > 0) await boss().update(name, undefined, { id: job.id, ...changes })
    },
  }

  /** Tells the others that this process still works at its jobs. */
  function beat(): void {
    const jobs = [...(worker?.running ?? [])]
    if (jobs.length > 0) boss().touch(name, jobs).catch(logError)
  }

  return {
    async start(schema, isOwner = true) {
      const executeSql = (text: string, values?: unknown[]) => database.pool.query(text, values)
      const starting = new PgBoss({
        db: { executeSql },
        schema,
        schedule: false,
        monitorIntervalSeconds: 1,
        migrate: isOwner,
        reindex: isOwner,
      })
      starting.on('error', logError)
      starting.on('warning', ({ message, data }) => log.warn({ queue: name, data }, `job queue: ${message}`))
      await starting.start().catch((error: unknown) => {
        const isBehind = error instanceof Error && /is not installed|requires migrations/.test(error.message)
        throw isBehind
          ? new DatabaseFault(`the job queue in the schema ${schema}: ${error.message}`, 'SCHEMA_BEHIND')
          : error
      })
      try {
        const policy = { policy: 'exclusive', ...(heartbeatSeconds !== undefined && { heartbeatSeconds }) }
        await starting.createQueue(name, { ...policy, ...jobOptions })
        await starting.updateQueue(name, jobOptions)
      } catch (error) {
        await starting.stop({ graceful: false })
        throw error
      }
      started = starting
    },

    async add(trx, key) {
      await boss().send(name, { key }, { singletonKey: key, db: fromKysely(trx) })
    },

    async addNow(keys) {
      if (keys.length > 0)
        await boss().insert(
          name,
          keys.map((key) => ({ data: { key }, singletonKey: key })),
        )
    },

    work(attempt) {
      worker = startJobWorker({ source, attempt, concurrency, pollMs: POLL_MS, onError: logError })
      if (heartbeatSeconds !== undefined) heartbeat = setInterval(beat, (heartbeatSeconds * 1000) / 3)
    },

    wake() {
      worker?.wake()
    },

    async hasten(keys) {
      for (const singletonKey of keys) await boss().update(name, undefined, { singletonKey, startAfter: 0 })
      worker?.wake()
    },

    async freeExpired() {
      await boss().supervise(name).catch(logError)
    },

    async close() {
      if (worker) {
        const stopped = worker.stop(STOP_WITHIN_MS)
        await withDeadline(stopped, STOP_WITHIN_MS + ABORT_WITHIN_MS, { what: 'A job' }).catch(logError)
        const left = [...worker.running]
        if (left.length > 0) await withDeadline(boss().fail(name, left), ABORT_WITHIN_MS).catch(logError)
      }
      clearInterval(heartbeat)
      await started?.stop({ graceful: false })
      await database.close()
    },
  }
}

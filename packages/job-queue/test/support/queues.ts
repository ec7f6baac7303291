import { createDatabase, type Database } from '@latchkey/database'
import { captureLogs, type TestEnvironment, type TestScope, testEnvironment } from '@latchkey/test-kit'
import { createJobQueue, type JobQueue, type JobQueueOptions } from '../../src/index.ts'

type Options = Partial<JobQueueOptions>

export type Queues = {
  readonly environment: TestEnvironment
  readonly database: Database<unknown>
  /** Warnings of all queues. */
  warnings(): unknown[]
  /** A started queue, as one process has it. */
  open(options?: Options): Promise<JobQueue>
}

/** Queues of one name on one schema, as replicas have them. */
export async function createQueues(t: TestScope): Promise<Queues> {
  const environment = await testEnvironment(t)
  const { databaseUrl: url, schema } = environment
  const database = createDatabase<unknown>({ url, schema })
  t.teardown(() => database.close())
  const logs = captureLogs()
  const warn = (fields: object | string, message?: string) =>
    void logs.stream.write(`${JSON.stringify({ message, fields: String(Object.keys(fields)) })}\n`)
  return {
    environment,
    database,
    warnings: () => logs.lines(),
    async open(options = {}) {
      const queue = createJobQueue({
        name: 'letters',
        url,
        applicationName: 'job-queue test',
        log: { warn },
        retryDelayMaxSeconds: 1,
        expireInSeconds: 60,
        concurrency: 5,
        ...options,
      })
      t.teardown(() => queue.close())
      await queue.start(`${schema}_jobs`)
      return queue
    },
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase } from '@latchkey/database'
import { PgBoss } from 'pg-boss'

/** An index of many jobs takes its time. */
const STATEMENT_TIMEOUT_MS = 3_600_000
const POLL_MS = 250

/**
 * Brings the tables of the job queue up to date, for services whose own role may not.
 * @param schema where the queues of a service keep their tables
 */
export async function migrateJobQueue(url: string, schema: string): Promise<void> {
  const { pool, close } = createDatabase<unknown>({
    url,
    applicationName: 'latchkey migration',
    poolSize: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  const executeSql = (text: string, values?: unknown[]) => pool.query(text, values)
  const boss = new PgBoss({ db: { executeSql }, schema, schedule: false, supervise: false, bamIntervalSeconds: 10 })
  const errors: unknown[] = []
  boss.on('error', (error) => errors.push(error))
  try {
    await boss.start()
    // Indexes that pg-boss makes beside the traffic.
    while (await hasWork(boss)) {
      if (errors.length > 0) throw errors[0]
      await sleep(POLL_MS)
    }
  } finally {
    await boss.stop({ graceful: false })
    await close()
  }
}

async function hasWork(boss: PgBoss): Promise<boolean> {
  const counts = await boss.getBamStatus()
  return counts.some(({ status, count }) => status !== 'completed' && Number(count) > 0)
}

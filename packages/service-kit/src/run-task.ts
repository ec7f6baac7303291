import type { Log } from '@latchkey/problems'
import { destination } from 'pino'
import { explainStart } from './explain-start.ts'
import { createLogger } from './logging/logger.ts'

export type TaskOptions = {
  /** Whose task it is, in front of messages. */
  name: string
  run: (log: Log) => Promise<void>
  /** What is so afterwards. */
  done: string
}

/** Runs a program that ends by itself: with 0, or with 1 and one line that says why. */
export async function runTask({ name, run, done }: TaskOptions): Promise<void> {
  const log = createLogger(name, { level: 'info', stream: destination({ dest: 1, sync: true }) })
  try {
    await run(log)
    log.info(done)
  } catch (error) {
    process.stderr.write(`${name}: ${explainStart(error)}\n`)
    process.exitCode = 1
  }
}

import closeWithGrace from 'close-with-grace'
import type { AppInstance } from './app-instance.ts'
import { createDrain, type DrainTimes } from './drain.ts'

export type StopOptions = DrainTimes & {
  app: AppInstance
  /** Runs after the app has closed. */
  close?: (() => Promise<void>) | undefined
  stopWithinMs: number
}

/** Stops an app gracefully on SIGTERM, SIGINT and uncaught errors, then ends the process. */
export function stopOnSignals({ app, close, stopWithinMs, ...times }: StopOptions): void {
  const drain = createDrain(app, times)
  const grace = closeWithGrace(
    {
      delay: stopWithinMs,
      skip: ['SIGTERM', 'SIGINT'],
      logger: { error: (error: unknown) => app.log.fatal({ err: error }, 'the graceful stop failed') },
      onTimeout: () => app.log.fatal(`not stopped after ${stopWithinMs} ms, giving up`),
    },
    async ({ err }) => {
      if (err === undefined) app.log.info('stopping')
      else app.log.fatal({ err }, 'stopping after an uncaught error')
      await drain({ announce: err === undefined })
      await app.close()
      await close?.()
      app.log.info('stopped')
    },
  )
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Ctrl-C signals a whole process group, and a supervisor may signal its children again: one signal is enough.
    process.on(signal, () => {
      if (!stopping) grace.close()
      stopping = true
    })
  }
}

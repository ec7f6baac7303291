import closeWithGrace from 'close-with-grace'
import type { AppInstance } from './app-instance.ts'
import { createDrain, type DrainTimes } from './drain.ts'

export type StopOptions = DrainTimes & {
  app: AppInstance
  /** Runs after the app has closed. */
  close?: (() => Promise<void>) | undefined
  stopWithinMs: number
}

/** Stops an app in order on SIGTERM, SIGINT and errors that nothing caught, then ends the process. */
export function stopOnSignals({ app, close, stopWithinMs, ...times }: StopOptions): void {
  const drain = createDrain(app, times)
  const grace = closeWithGrace(
    {
      delay: stopWithinMs,
      skip: ['SIGTERM', 'SIGINT'],
      logger: { error: (error: unknown) => app.log.fatal({ err: error }, 'could not stop in order') },
      onTimeout: () => app.log.fatal(`not stopped after ${stopWithinMs} ms, giving up`),
    },
    async ({ err }) => {
      if (err === undefined) app.log.info('stopping')
      else app.log.fatal({ err }, 'stopping after an error that nothing caught')
      await drain({ announce: err === undefined })
      await app.close()
      await close?.()
      app.log.info('stopped')
    },
  )
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Ctrl-C reaches a whole process group, and a supervisor signals its children again: once is enough.
    process.on(signal, () => {
      if (!stopping) grace.close()
      stopping = true
    })
  }
}

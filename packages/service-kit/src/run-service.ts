import type { AppInstance } from './app-instance.ts'
import { explainStart } from './explain-start.ts'
import { listen } from './listen.ts'
import type { Listening } from './settings/listening.ts'
import { stopOnSignals } from './stop-on-signals.ts'

export type BuiltService = {
  app: AppInstance
  /** Where the app listens, and its operations server. */
  listening: Listening
  /** Runs after the app has closed. */
  close?: () => Promise<void>
}

export type RunOptions = {
  /** The service's name, in front of its messages. */
  name: string
  build: () => Promise<BuiltService>
  /** After the shutdown delay, how long open connections may still send a request. Milliseconds, 250 unless given. */
  lingerMs?: number
  /** So long after that delay the stop is forced and the process exits with 1. Milliseconds, 10 s unless given. */
  stopWithinMs?: number
}

/**
 * Runs a service until SIGTERM or SIGINT: it is not ready first, then accepts no new connections, then answers what it accepted,
 * then exits with 0; its operations port answers until all else is closed. Invalid settings and a port in use are explained in one
 * line, with exit code 1.
 */
export async function runService(options: RunOptions): Promise<void> {
  const { name, lingerMs = 250, stopWithinMs = 10_000 } = options
  try {
    const { app, listening, close } = await options.build()
    const { address, operations, shutdownDelayMs } = listening
    stopOnSignals({ app, close, drainMs: shutdownDelayMs, lingerMs, stopWithinMs: shutdownDelayMs + stopWithinMs })
    if (operations) await listen(app.operations, operations, (url) => `${name} listens for operators on ${url}`)
    await listen(app, address, (url) => `${name} listens on ${url}`)
  } catch (error) {
    process.stderr.write(`${name}: ${explainStart(error)}\n`)
    process.exit(1)
  }
}

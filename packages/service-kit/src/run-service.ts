import type { AppInstance } from './app-instance.ts'
import { explainStart } from './explain-start.ts'
import { stopOnSignals } from './stop-on-signals.ts'

export type BuiltService = {
  app: AppInstance
  /** Where to listen, if only the built service knows. */
  host?: string
  port?: number
  /** Runs after the app has closed. */
  close?: () => Promise<void>
}

export type RunOptions = {
  /** The service's name, in front of its messages. */
  name: string
  build: () => Promise<BuiltService>
  /** 127.0.0.1 unless given here or by `build`. */
  host?: string
  port?: number
  /** How long a service that is not ready keeps serving, so that load balancers notice. Milliseconds, 250 unless given. */
  drainMs?: number
  /** After that, how long open connections may still send a request. Milliseconds, 250 unless given. */
  lingerMs?: number
  /** After this long the stop is forced and the process exits with 1. Milliseconds, 10 s unless given. */
  stopWithinMs?: number
}

/**
 * Runs a service until SIGTERM or SIGINT: it is not ready first, then accepts no new connections, then answers what it accepted,
 * then exits with 0. Invalid settings and a port in use are explained in one line, with exit code 1.
 */
export async function runService(options: RunOptions): Promise<void> {
  const { name, drainMs = 250, lingerMs = 250, stopWithinMs = 10_000 } = options
  try {
    const built = await options.build()
    const host = built.host ?? options.host ?? '127.0.0.1'
    const port = built.port ?? options.port ?? 0
    const { app, close } = built
    stopOnSignals({ app, close, drainMs, lingerMs, stopWithinMs })
    await app.listen({ host, port, listenTextResolver: (address) => `${name} listens on ${address}` })
  } catch (error) {
    process.stderr.write(`${name}: ${explainStart(error)}\n`)
    process.exit(1)
  }
}

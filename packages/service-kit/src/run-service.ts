import type { AppInstance } from './app-instance.ts'
import { explainStart } from './explain-start.ts'
import { stopOnSignals } from './stop-on-signals.ts'

export type BuiltService = {
  app: AppInstance
  /** Where to listen, when the settings are only known once the service is built. */
  host?: string
  port?: number
  /** Runs after the app has closed. */
  close?: () => Promise<void>
}

export type RunOptions = {
  /** The service's name, as it stands in front of its messages. */
  name: string
  build: () => Promise<BuiltService>
  /** 127.0.0.1 unless given here or by `build`. */
  host?: string
  port?: number
  /** How long the service goes on as before once it is not ready, so that balancers notice; 250 ms unless given. */
  drainMs?: number
  /** After that, how long open connections may still bring a request; 250 ms unless given. */
  lingerMs?: number
  /** After this long a stop is forced and the process exits with 1; 10 s unless given. Milliseconds. */
  stopWithinMs?: number
}

/**
 * Runs a service until SIGTERM or SIGINT: not ready first, then no new connections, then what was accepted is answered,
 * then exit 0. Bad settings and a taken port are told in plain words, with exit code 1.
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

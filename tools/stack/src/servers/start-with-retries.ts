import { setTimeout as delay } from 'node:timers/promises'
import type { BackgroundProcess } from '../processes/background-process.ts'

/** The server ended by itself before it was ready; the message holds what it said last. */
class ServerDied extends Error {}

/**
 * A server may fail to start for a passing reason: somebody took the port in between, or processes of a killed
 * predecessor are still on their way out.
 */
export async function startWithRetries<T>(start: (attempt: number) => Promise<T>, attempts = 4): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(attempt)
    } catch (error) {
      if (!(error instanceof ServerDied) || attempt === attempts) throw error
      await delay(250 * attempt)
    }
  }
}

/** Asks again and again until the server answers; `probe` returns false for "not yet" and throws for "never". */
export async function waitUntilUp(
  server: BackgroundProcess,
  probe: () => Promise<boolean>,
  options: { timeoutMs: number; lastWords: () => string },
): Promise<void> {
  const deadline = Date.now() + options.timeoutMs
  try {
    while (!(await probe())) {
      if (server.hasExited()) throw new ServerDied(options.lastWords())
      if (Date.now() > deadline)
        throw new Error(`no answer within ${options.timeoutMs / 1000} s\n${options.lastWords()}`)
      await delay(15)
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

import type { RunningProcess } from '../processes/child-processes.ts'
import { poll, sleep } from '../sleep.ts'

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
      await sleep(250 * attempt)
    }
  }
}

/** Waits until the server answers; `probe` returns false for "not yet" and throws for "never". */
export async function waitUntilUp(
  server: RunningProcess,
  probe: () => Promise<boolean>,
  options: { timeoutMs: number; lastWords: () => string },
): Promise<void> {
  const { timeoutMs, lastWords } = options
  const isUp = async (): Promise<boolean> => {
    if (await probe()) return true
    if (server.hasExited()) throw new ServerDied(lastWords())
    return false
  }
  try {
    if (!(await poll(isUp, { timeoutMs, intervalMs: 15 }))) {
      throw new Error(`no answer within ${timeoutMs / 1000} s\n${lastWords()}`)
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

import type { RunningProcess } from '../processes/child-processes.ts'
import { poll, sleep } from '../sleep.ts'

/** The server exited before it was ready; the message has the end of its log. */
class ServerDied extends Error {}

/** Retries a start that may fail for a passing reason: the port was taken in between, or a killed server still exits. */
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
  options: { timeoutMs: number; lastLog: () => string },
): Promise<void> {
  const { timeoutMs, lastLog } = options
  const isUp = async (): Promise<boolean> => {
    if (await probe()) return true
    if (server.hasExited()) throw new ServerDied(lastLog())
    return false
  }
  try {
    if (!(await poll(isUp, { timeoutMs, intervalMs: 15 }))) {
      throw new Error(`no answer within ${timeoutMs / 1000} s\n${lastLog()}`)
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

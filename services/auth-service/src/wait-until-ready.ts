import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@latchkey/service-kit'

/** How long a dependency that starts beside us may take. */
const PATIENCE_MS = 30_000
const RETRY_MS = 200

/** Resolves once `probe` does; rejects in plain words when it has failed for too long. */
export async function waitUntilReady(
  name: string,
  log: Pick<Log, 'info'>,
  probe: () => Promise<unknown>,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  for (let attempt = 1; ; attempt++) {
    try {
      await probe()
      return
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`${name} could not be reached for ${PATIENCE_MS / 1000} s`, { cause: error })
      if (attempt === 1) log.info(`waiting for ${name}`)
      await sleep(RETRY_MS)
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './telemetry.ts'

type WaitOptions = {
  /** How long a dependency that starts at the same time may take. Milliseconds, 30 s unless given. */
  readonly patienceMs?: number
  /** Which errors time may cure; any, unless given. Every other one is thrown at once. */
  readonly isTemporary?: (error: unknown) => boolean
}

const RETRY_MS = 200

/**
 * Waits for a dependency at boot: calls `probe` until it succeeds. Logs the cause of the first failure, and each other one.
 *
 * @param name the dependency, as messages name it: `Postgres`
 * @throws when `probe` still fails after `patienceMs`; the message names the last cause
 */
export async function waitUntilReady<Result>(
  name: string,
  log: Pick<Log, 'warn'>,
  probe: () => Promise<Result>,
  { patienceMs = 30_000, isTemporary = () => true }: WaitOptions = {},
): Promise<Result> {
  const deadline = performance.now() + patienceMs
  const said = new Set<string>()
  for (;;) {
    try {
      return await probe()
    } catch (error) {
      if (!isTemporary(error)) throw error
      if (performance.now() > deadline) throw new DependencyUnavailable(name, patienceMs, error)
      const reason = reasonOf(error)
      if (!said.has(reason)) log.warn({ err: error, reason }, `waiting for ${name}`)
      said.add(reason)
    }
    await sleep(RETRY_MS)
  }
}

/** The boot gave up waiting. Drivers' messages name hosts, users and databases, never a password. */
class DependencyUnavailable extends Error {
  readonly code = 'DEPENDENCY_UNAVAILABLE'

  constructor(name: string, patienceMs: number, cause: unknown) {
    const reason = reasonOf(cause)
    super(`${name} could not be used within ${patienceMs / 1000} s${reason && `: ${reason}`}`, { cause })
  }
}

/** An error of several addresses has its messages in its parts only. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(reasonOf).join(', ')
  return error instanceof Error ? error.message : ''
}

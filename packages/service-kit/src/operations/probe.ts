import { type Log, withDeadline } from '@latchkey/problems'

/** Resolves when the dependency works, with `'degraded'` when it works in part; rejects when it does not. */
export type HealthCheck = (signal: AbortSignal) => Promise<unknown>

export type HealthOptions = {
  checks: Record<string, HealthCheck>
  /** How long one check may take. Milliseconds. */
  timeoutMs: number
}

export type Status = 'ok' | 'degraded' | 'unavailable'
export type HealthReport = { status: Status; checks: Record<string, { status: Status }> }

/**
 * Makes the function that runs all checks. Calls during a round share its result, so that frequent calls cost the dependencies
 * little. Changes are logged with their cause, which no response shows.
 */
export function createProbe({ checks, timeoutMs }: HealthOptions, log: Log): () => Promise<HealthReport> {
  const known = new Map<string, Status>()
  let running: Promise<HealthReport> | undefined

  async function runCheck(name: string, check: HealthCheck): Promise<Status> {
    const [status, cause] = await runWithin(name, check, timeoutMs)
    const before = known.get(name) ?? 'ok'
    known.set(name, status)
    if (status === before) return status
    if (status === 'ok') log.info({ check: name, status, before }, 'health changed')
    else log.warn({ check: name, status, before, err: cause }, 'health changed')
    return status
  }

  async function runRound(): Promise<HealthReport> {
    const names = Object.entries(checks).map(
      async ([name, check]) => [name, { status: await runCheck(name, check) }] as const,
    )
    const results = Object.fromEntries(await Promise.all(names))
    return { status: worst(Object.values(results).map(({ status }) => status)), checks: results }
  }

  return () => {
    running ??= runRound().finally(() => {
      running = undefined
    })
    return running
  }
}

function worst(statuses: Status[]): Status {
  if (statuses.includes('unavailable')) return 'unavailable'
  return statuses.includes('degraded') ? 'degraded' : 'ok'
}

async function runWithin(name: string, check: HealthCheck, timeoutMs: number): Promise<[Status, unknown?]> {
  try {
    return [(await withDeadline(check, timeoutMs, { what: name })) === 'degraded' ? 'degraded' : 'ok']
  } catch (cause) {
    return ['unavailable', cause]
  }
}

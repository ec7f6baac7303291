import type { Log } from '@latchkey/problems'

/** An error that repeats is logged once in this time. */
const REPEAT_AFTER_MS = 60_000
const MOST_KNOWN = 100

/** Logs errors of the queue, and the same one again only after a minute: an outage must not flood the log. */
export function createErrorLog(log: Pick<Log, 'warn'>, queue: string): (error: unknown) => void {
  const loggedAtMs = new Map<string, number>()
  return (error) => {
    const message = error instanceof Error ? error.message : String(error)
    const nowMs = performance.now()
    const last = loggedAtMs.get(message)
    if (last !== undefined && nowMs < last + REPEAT_AFTER_MS) return
    if (loggedAtMs.size >= MOST_KNOWN) loggedAtMs.clear()
    loggedAtMs.set(message, nowMs)
    log.warn({ err: error, queue }, 'job queue: an error')
  }
}

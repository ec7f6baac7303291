/** An error that repeats is logged once in this time. */
const REPEAT_AFTER_MS = 60_000

/** Logs errors of the queue, and the same one again only after a minute: an outage must not drown the log. */
export function createErrorLog(log: { warn(fields: object, text: string): void }): (error: unknown) => void {
  let last: { message: string; atMs: number } | undefined
  return (error) => {
    const message = error instanceof Error ? error.message : String(error)
    const nowMs = performance.now()
    if (last?.message === message && nowMs < last.atMs + REPEAT_AFTER_MS) return
    last = { message, atMs: nowMs }
    log.warn({ err: error }, 'job queue: an error')
  }
}

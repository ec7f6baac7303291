/** A client kept its import or export waiting for too long. */
export class ClientTooSlow extends Error {
  constructor() {
    super('the client sends or takes its file too slowly')
  }
}

export type PaceLimits = {
  /** How long the work waits for a client that sends or takes nothing. Milliseconds. */
  readonly patienceMs: number
  /** A client that goes on at this rate is never too slow. */
  readonly bytesPerSecond: number
  /** A slower client gives its place to another caller who finds none... */
  readonly fairBytesPerSecond: number
  /** ...once it was waited for so long in all. Milliseconds. */
  readonly grantedMs: number
}

/** How fast a client sends or takes a file. Only the time counts in which the work waits for the client. */
export type Pace = {
  /** From now on the work waits for the client. */
  wait(): void
  /** The client has sent, or has taken, so many bytes; the work goes on. */
  move(bytes: number): void
  /** Whether the client is waited for now, and is so slow that another caller comes before it. */
  readonly isUnfair: boolean
  stop(): void
}

/**
 * Calls `onTooSlow` once when the patience with a client is used up. What a client moves gives patience back, so that a steady rate is
 * enough, whatever the sizes of its buffers.
 */
export function createPace(
  limits: PaceLimits,
  onTooSlow: () => void,
  now: () => number = () => performance.now(),
): Pace {
  const { patienceMs, bytesPerSecond, fairBytesPerSecond, grantedMs } = limits
  let patience = patienceMs
  let waitedMs = 0
  let bytesMoved = 0
  let since: number | undefined
  let timer: NodeJS.Timeout | undefined
  const waiting = (): number => (since === undefined ? 0 : now() - since)

  return {
    wait() {
      since = now()
      timer = setTimeout(onTooSlow, Math.max(0, patience))
    },
    move(bytes) {
      clearTimeout(timer)
      const waited = waiting()
      since = undefined
      waitedMs += waited
      bytesMoved += bytes
      patience = Math.min(patienceMs, patience - waited + (bytes / bytesPerSecond) * 1000)
    },
    get isUnfair() {
      const total = waitedMs + waiting()
      const isSlow = total >= grantedMs && bytesMoved < (total / 1000) * fairBytesPerSecond
      return since !== undefined && isSlow
    },
    stop: () => clearTimeout(timer),
  }
}

import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'

/** A refresh takes no longer, whatever is down. Milliseconds. */
const LONGEST_REFRESH_MS = 2000
/** Other replicas answer theirs within this time, and no network overtakes an answer by more. Milliseconds. */
const HEAD_START_MS = 100

/**
 * Refreshes that this replica has not answered yet. The tabs of a browser share their cookies: were such an answer to arrive after one
 * that brings the tokens of a new session, the browser would be left with those of the session that it replaced.
 */
export type RefreshesInFlight = {
  add(reply: FastifyReply): void
  /** Resolves when the refreshes of before have been answered, and the answers have had time to arrive. */
  haveArrived(): Promise<void>
}

export function createRefreshesInFlight(): RefreshesInFlight {
  const open = new Set<Promise<void>>()
  return {
    add(reply) {
      const answered = finished(reply.raw)
        .catch(() => {})
        .finally(() => open.delete(answered))
      open.add(answered)
    },
    async haveArrived() {
      await Promise.race([Promise.all(open), sleep(LONGEST_REFRESH_MS, undefined, { ref: false })])
      await sleep(HEAD_START_MS)
    },
  }
}

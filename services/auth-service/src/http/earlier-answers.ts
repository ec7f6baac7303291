import { setTimeout as sleep } from 'node:timers/promises'
import type { Delivery } from '../sessions/session.ts'

/** By so much an answer may be late: its replica is busy, or its connection lost a packet. Milliseconds. */
const LATEST_ARRIVAL_MS = 1000

/**
 * Waits until the answers to the refreshes of a session that is over have arrived. The tabs of a browser share their cookies: such an
 * answer, were it to arrive after the one that brings a new session, would put the refresh token of the old one back, and sign the
 * browser out. A client that keeps its tokens itself knows which is newer.
 */
export async function untilEarlierAnswersArrived(delivery: Delivery): Promise<void> {
  if (delivery !== 'body') await sleep(LATEST_ARRIVAL_MS)
}

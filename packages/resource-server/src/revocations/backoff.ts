import { randomInt } from 'node:crypto'

const FIRST_MS = 50
const LONGEST_MS = 1000

/**
 * How long to wait after a number of failures in a row, in milliseconds: doubled each time, up to a second. Half of it is
 * random, so that many replicas do not reconnect at the same moment.
 */
export function backoffMs(failures: number): number {
  const ms = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10))
  return ms / 2 + randomInt(ms / 2)
}

import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const SANE = /^[A-Za-z0-9._-]{1,128}$/

export type RequestIds = (request: { headers: IncomingHttpHeaders }) => string

/**
 * Makes the function that names each request: the caller's X-Request-Id when it is sane, else an id of our own, unique
 * over processes by a random prefix and within one by a counter.
 */
export function createRequestIds(): RequestIds {
  const prefix = randomBytes(9).toString('hex')
  let count = 0
  return ({ headers }) => {
    const given = headers['x-request-id']
    if (typeof given === 'string' && SANE.test(given)) return given
    count += 1
    return `${prefix}-${count.toString(36)}`
  }
}

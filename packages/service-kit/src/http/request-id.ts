import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const ACCEPTED = /^[A-Za-z0-9._-]{1,128}$/

export type RequestIds = (request: { headers: IncomingHttpHeaders }) => string

/**
 * Makes the function that gives each request its id: the caller's X-Request-Id when it is 1 to 128 plain characters, else one of
 * our own, unique across processes by a random prefix and within one by a counter.
 */
export function createRequestIds(): RequestIds {
  const prefix = randomBytes(9).toString('hex')
  let count = 0
  return ({ headers }) => {
    const given = headers['x-request-id']
    if (typeof given === 'string' && ACCEPTED.test(given)) return given
    count += 1
    return `${prefix}-${count.toString(36)}`
  }
}

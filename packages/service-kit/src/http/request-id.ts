import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'

const ACCEPTED = /^[A-Za-z0-9._-]{1,128}$/

export type RequestIds = {
  /** What answers and log lines name: the caller's X-Request-Id when it is 1 to 128 plain characters, else one of our own. */
  readonly idOf: (request: { headers: IncomingHttpHeaders }) => string
  /** One of our own, unique across processes by a random prefix and within one by a counter. */
  readonly newId: () => string
}

/** Makes the ids of requests. */
export function createRequestIds(): RequestIds {
  const prefix = randomBytes(9).toString('hex')
  let count = 0

  function newId(): string {
    count += 1
    return `${prefix}-${count.toString(36)}`
  }

  return {
    newId,
    idOf({ headers }) {
      const given = headers['x-request-id']
      return typeof given === 'string' && ACCEPTED.test(given) ? given : newId()
    },
  }
}

/** Our own id of a request, whether or not the caller has sent one. */
export const ownIdOf = ({ id, headers }: FastifyRequest, newId: () => string): string =>
  headers['x-request-id'] === id ? newId() : id

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { commonProblems } from '@latchkey/problems'
import type { FastifyBaseLogger } from 'fastify'
import { PROBLEM_MEDIA_TYPE } from '../problems/problem-document.ts'
import { retryHeaders } from '../problems/retry-headers.ts'
import { writeProblem } from '../problems/send-problem.ts'
import { parseIpAddress } from './ip-address.ts'
import type { RequestIds } from './request-id.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

/** Requests of one connection that are in progress. Browsers and most libraries wait for each answer before the next request. */
const MOST_AT_ONCE = 32

/**
 * Limits pipelining (RFC 9112, section 9.3.2). Node starts every request of a packet before anything else: 64 KiB of short requests
 * are more than a thousand, for which all other callers would wait. One request too many is 429, and its answer closes the connection;
 * what follows it is dropped.
 */
export function limitPipelining(
  handle: RequestListener,
  newId: RequestIds['newId'],
  log: FastifyBaseLogger,
): RequestListener {
  const inProgress = new WeakMap<Socket, number>()
  const refused = new WeakSet<Socket>()

  return (request, response) => {
    const { socket } = request
    if (refused.has(socket)) return
    const count = (inProgress.get(socket) ?? 0) + 1
    if (count > MOST_AT_ONCE) {
      refused.add(socket)
      refuse(request, response, newId(), log)
      return
    }
    inProgress.set(socket, count)
    response.once('close', () => inProgress.set(socket, (inProgress.get(socket) ?? 1) - 1))
    handle(request, response)
  }
}

function refuse(
  { method, socket }: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  log: FastifyBaseLogger,
): void {
  const retryAfterSeconds = 1
  const { code, statusCode, title } = new commonProblems.too_many_requests()
  const detail = 'Too many requests were sent ahead on this connection. Wait for answers before you send more.'
  log.info(
    { requestId, status: statusCode, code, remoteAddress: parseIpAddress(socket.remoteAddress ?? '') },
    'request',
  )
  const rateLimit = { name: 'pipelining', quota: MOST_AT_ONCE }
  const body = writeProblem(requestId, { code, status: statusCode, title, detail })
  response
    .writeHead(statusCode, {
      ...SECURITY_HEADERS,
      ...retryHeaders({ retryAfterSeconds, rateLimit }),
      'x-request-id': requestId,
      'content-type': PROBLEM_MEDIA_TYPE,
      'content-length': body.length,
      connection: 'close',
    })
    .end(method === 'HEAD' ? undefined : body)
}

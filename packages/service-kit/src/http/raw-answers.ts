import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ProblemError } from '@latchkey/problems'
import type { ConnectionError, FastifyBaseLogger } from 'fastify'
import type { AppInstance } from '../app-instance.ts'
import { edgeProblems } from '../problems/edge-problems.ts'
import { PROBLEM_MEDIA_TYPE } from '../problems/problem-document.ts'
import { writeProblem } from '../problems/send-problem.ts'
import { parseIpAddress } from './ip-address.ts'
import type { RequestIds } from './request-id.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

/** Answers what Node's HTTP parser refuses, before Fastify has a request. */
export function createClientErrorHandler(
  newId: RequestIds['newId'],
  log: FastifyBaseLogger,
): (error: ConnectionError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code !== 'ECONNRESET' && socket.writable) {
      const problem = problemOf(error)
      const requestId = newId()
      const { code, statusCode: status } = problem
      const remoteAddress = parseIpAddress(socket.remoteAddress ?? '')
      log.info({ requestId, status, code, reason: error.code, remoteAddress }, 'request')
      socket.write(rawAnswer(problem, requestId, isHead(error)))
    }
    socket.destroy(error)
  }
}

/** Answers an unknown `Expect` with a problem (RFC 9110, section 10.1.1); Node's own answer has no body. */
export function answerExpectations(app: AppInstance, { idOf }: RequestIds): void {
  app.server.on('checkExpectation', (request, response) => {
    response.shouldKeepAlive = false
    const problem = new edgeProblems.expectation_failed()
    response.socket?.end(rawAnswer(problem, idOf(request), request.method === 'HEAD'))
  })
}

function problemOf({ code }: ConnectionError): ProblemError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new edgeProblems.request_timeout()
  if (code === 'HPE_HEADER_OVERFLOW') return new edgeProblems.headers_too_large()
  return new edgeProblems.invalid_request({ detail: 'The HTTP request is malformed.' })
}

/** By the first bytes of what the parser had in hand: nothing else says it. What came in several packets may miss it. */
const isHead = ({ rawPacket }: { rawPacket?: unknown }): boolean =>
  Buffer.isBuffer(rawPacket) && rawPacket.subarray(0, 5).toString('latin1') === 'HEAD '

/** An answer to HEAD has the headers alone (RFC 9110, section 9.3.2); a client takes a body for the next answer, and breaks off. */
function rawAnswer(problem: ProblemError, requestId: string, toHead: boolean): Buffer {
  const { code, statusCode: status, title, message: detail } = problem
  const body = writeProblem(requestId, { code, status, title, detail })
  const headers = {
    ...SECURITY_HEADERS,
    'x-request-id': requestId,
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': body.length,
    date: new Date().toUTCString(),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n`)
  return toHead ? head : Buffer.concat([head, body])
}

import { STATUS_CODES } from 'node:http'
import type { InputFault } from '@latchkey/problems'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PROBLEM_MEDIA_TYPE } from './problem-document.ts'

type Shown = {
  code: string
  status: number
  title?: string | undefined
  detail: string
  errors?: InputFault[] | undefined
  [extension: string]: unknown
}

/** The problem document (RFC 9457) of one occurrence, as JSON. */
export function writeProblem(requestId: string, { code, status, title, detail, ...more }: Shown): Buffer {
  const document = {
    type: `urn:latchkey:problem:${code}`,
    title: title ?? STATUS_CODES[status] ?? code,
    status,
    detail,
    code,
    requestId,
    ...more,
  }
  return Buffer.from(JSON.stringify(document))
}

/** Answers with a problem document. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, shown: Shown): FastifyReply {
  if (shown.status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', '1')
  // As bytes, so that no response schema reshapes it and Fastify adds no charset to the media type.
  return reply.code(shown.status).header('content-type', PROBLEM_MEDIA_TYPE).send(writeProblem(request.id, shown))
}

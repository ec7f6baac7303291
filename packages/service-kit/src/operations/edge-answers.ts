import { PROBLEM_MEDIA_TYPE } from '../problems/problem-document.ts'

type Described = { paths?: Record<string, Record<string, unknown> | undefined> | undefined }

/** An answer of the edge, which no operation decides: malformed HTTP or JSON, a body or an address that is too long, a wrong media type. */
const EDGE_ANSWER = {
  description: 'The request was refused before it reached the operation; `code` says why',
  content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
}

/** Adds to each operation, as `default`, what any address may answer. In the description alone: Fastify would serialize by it. */
export function describeEdgeAnswers<Document extends Described>(document: Document): Document {
  for (const operations of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(operations ?? {})) {
      if (typeof operation !== 'object' || operation === null || !('responses' in operation)) continue
      operation.responses = { ...(operation.responses as object), default: EDGE_ANSWER }
    }
  }
  return document
}

import type { InputFault } from '@latchkey/problems'
import { type TUnsafe, Type } from 'typebox'

export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** An RFC 9457 problem document. Problems may carry further members. */
export type ProblemDocument = {
  type: string
  title: string
  status: number
  detail: string
  code: string
  requestId: string
  errors?: InputFault[]
}

/** Schema of {@link ProblemDocument}; OpenAPI lists it as the component `Problem`. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'urn:latchkey:problem:<code>', examples: ['urn:latchkey:problem:not_found'] }),
    title: Type.String({ description: 'The same for every occurrence of this code' }),
    status: Type.Integer(),
    detail: Type.String({ description: 'For people' }),
    code: Type.String({ description: 'Stable, for programs', examples: ['not_found'] }),
    requestId: Type.String({ description: 'Also in the X-Request-Id header and in the logs' }),
    errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
  },
  { $id: 'Problem', additionalProperties: true },
)

const DESCRIPTIONS: Record<number, string> = {
  400: 'The input is invalid; see `errors`',
  401: 'Not signed in, or the token is invalid, expired or revoked',
  403: 'Signed in, but not allowed',
  404: 'Not found',
  408: 'The request took too long to arrive',
  409: 'Conflicts with the current state',
  412: 'The version given in If-Match is not the current one',
  413: 'The body is too large',
  415: 'Unsupported media type',
  422: 'Well-formed, but it contradicts an earlier request',
  429: 'Too many attempts; see Retry-After and RateLimit',
  503: 'A dependency is unavailable; see Retry-After',
}

/**
 * Response schemas of the error answers of a route, to spread into its `response`:
 * `response: { 200: User, ...problemResponses(401, 404) }`.
 */
export function problemResponses<const Status extends number>(
  ...statuses: Status[]
): { [S in Status]: TUnsafe<ProblemDocument> } {
  const entries = statuses.map((status) => [
    status,
    {
      description: DESCRIPTIONS[status] ?? 'Problem',
      content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: 'Problem#' } } },
    },
  ])
  return Object.fromEntries(entries)
}

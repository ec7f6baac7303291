import { commonProblems, defineProblems } from '@latchkey/problems'

/** Problems of the HTTP edge, the same in every service. */
export const edgeProblems = Object.freeze({
  ...commonProblems,
  ...defineProblems({
    not_found: { status: 404, title: 'Not found', detail: 'There is nothing at this address.' },
    method_not_allowed: {
      status: 405,
      title: 'Method not allowed',
      detail: 'This address does not support that method; see the Allow header.',
    },
    request_timeout: { status: 408, title: 'Request time-out', detail: 'The request took too long to arrive.' },
    payload_too_large: {
      status: 413,
      title: 'Payload too large',
      detail: 'The body is larger than this address accepts.',
    },
    uri_too_long: { status: 414, title: 'URI too long', detail: 'A part of the address is too long.' },
    unsupported_media_type: {
      status: 415,
      title: 'Unsupported media type',
      detail: 'This address does not accept the media type of the body.',
    },
    expectation_failed: {
      status: 417,
      title: 'Expectation failed',
      detail: 'The only supported expectation is 100-continue.',
    },
    headers_too_large: { status: 431, title: 'Header fields too large', detail: 'The request headers are too large.' },
  }),
})

/** Public face of every failure of ours. The log has its cause under the request id. */
export const INTERNAL_ERROR = {
  code: 'internal_error',
  status: 500,
  title: 'Internal error',
  detail: 'Something went wrong on our side. Please quote the request id when you report it.',
} as const

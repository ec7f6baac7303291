import type { FastifyReply, FastifyRequest } from 'fastify'

const { AUTH_URL = 'http://localhost:3001' } = process.env

export type Problem = { readonly code?: string; readonly detail?: string }

/**
 * Calls auth-service for a browser, with its cookies, and gives the browser those of the answer.
 *
 * @throws there is no answer, or one that is not auth-service's: nothing is known of the session
 */
export async function askAuth(path: string, body: object, request: FastifyRequest, reply: FastifyReply) {
  const { cookie = '', 'user-agent': userAgent = '' } = request.headers
  const response = await fetch(`${AUTH_URL}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      // In place of the browser's `Origin`, which has been checked here.
      'x-requested-with': 'pages',
      // It counts where TRUST_PROXY of auth-service names this server; else all browsers share its limits.
      'x-forwarded-for': request.ip,
      'user-agent': userAgent,
      cookie,
    },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(5000),
  })
  reply.header('set-cookie', response.headers.getSetCookie())
  const { code, detail } = response.status === 204 ? {} : ((await response.json()) as Problem)
  return { status: response.status, code, detail }
}

import { ACCESS_COOKIE, readCookie } from '@latchkey/resource-server'
import { type AppInstance, problemResponses } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { FindLiveBearer } from '../../live-bearer.ts'

const AccessCookieReply = Type.Object({
  present: Type.Boolean(),
  valid: Type.Boolean({ description: 'Whether `GET /auth/me` would accept the cookie' }),
  reason: Type.Optional(
    Type.String({ description: 'Why it is not valid: the code of the refusal, like `token_expired`' }),
  ),
  claims: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  expiresIn: Type.Optional(Type.Integer({ description: 'Seconds' })),
})

type Services = {
  readonly findLiveBearer: FindLiveBearer
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** For developers who wonder why their page is not signed in: what of its access cookie arrives here. */
export function accessCookieRoute(app: AppInstance, { findLiveBearer, now }: Services): void {
  app.get(
    '/cookie',
    {
      config: { operation: 'read_access_cookie' },
      schema: {
        tags: ['auth'],
        summary: 'What the server sees of the access cookie',
        description: 'The claims are those of today, and the token itself is never shown.',
        response: { 200: AccessCookieReply, ...problemResponses(400, 503) },
      },
    },
    async (request) => {
      const token = readCookie(request, ACCESS_COOKIE)
      if (token === undefined) return { present: false, valid: false }
      const bearer = await findLiveBearer(token)
      if ('reason' in bearer) return { present: true, valid: false, reason: bearer.reason }
      // The token of a service client: calls for users refuse it like this.
      if (bearer.session === null) return { present: true, valid: false, reason: 'insufficient_scope' }
      const { claims } = bearer
      return { present: true, valid: true, claims, expiresIn: Math.max(0, claims.exp - Math.floor(now() / 1000)) }
    },
  )
}

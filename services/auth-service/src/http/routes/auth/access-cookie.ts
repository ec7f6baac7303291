import type { AccessTokenClaims } from '@latchkey/access-token'
import { ACCESS_COOKIE, readCookie } from '@latchkey/resource-server'
import { type AppInstance, problemResponses } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { SessionStore } from '../../../sessions/session-store.ts'
import { judgeToken } from '../../judge-token.ts'

const AccessCookieReply = Type.Object({
  present: Type.Boolean(),
  valid: Type.Boolean(),
  reason: Type.Optional(Type.String({ description: 'Why it is not valid: a code like `token_expired`' })),
  claims: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  expiresIn: Type.Optional(Type.Integer({ description: 'Seconds' })),
})

type Services = {
  readonly store: SessionStore
  /** @throws TokenError */
  readonly verifyAccessToken: (token: string) => AccessTokenClaims
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** For people who wonder why their page is not signed in: what of its access cookie arrives here. */
export function accessCookieRoute(app: AppInstance, { store, verifyAccessToken, now }: Services): void {
  app.get(
    '/cookie',
    {
      config: { operation: 'read_access_cookie' },
      schema: {
        tags: ['auth'],
        summary: 'What the server sees of the access cookie',
        response: { 200: AccessCookieReply, ...problemResponses(400, 503) },
      },
    },
    async (request) => {
      const token = readCookie(request, ACCESS_COOKIE)
      if (token === undefined) return { present: false, valid: false }
      const judged = judgeToken(verifyAccessToken, token)
      if (!('claims' in judged)) return { present: true, valid: false, reason: judged.reason }
      const { claims } = judged
      const { sub, did = '', sid = '' } = claims
      if (!(await store.findLive({ userId: sub, deviceId: did, sid }))) {
        return { present: true, valid: false, reason: 'token_revoked' }
      }
      return { present: true, valid: true, claims, expiresIn: Math.max(0, claims.exp - Math.floor(now() / 1000)) }
    },
  )
}

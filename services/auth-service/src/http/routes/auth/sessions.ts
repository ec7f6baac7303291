import { type AppInstance, Params, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { clientContext } from '../../client-context.ts'
import { sessionOf } from '../../live-bearer.ts'
import { DeviceId } from '../../schemas/credentials.ts'
import { SessionList, sessionList } from '../../schemas/session.ts'
import { clearTokenCookies } from '../../token-delivery.ts'
import type { AuthServices } from './auth-services.ts'

export function sessionRoutes(app: AppInstance, { sessions }: AuthServices): void {
  app.get(
    '/auth/sessions',
    {
      schema: {
        tags: ['auth'],
        summary: 'My devices',
        security: SECURED,
        response: { 200: SessionList, ...problemResponses(401, 503) },
      },
    },
    async (request) => {
      const { key } = sessionOf(request)
      return sessionList(await sessions.list(key.userId), key.sid)
    },
  )

  app.delete(
    '/auth/sessions/:deviceId',
    {
      schema: {
        tags: ['auth'],
        summary: 'Sign out on one of my devices',
        security: SECURED,
        params: Params({ deviceId: DeviceId }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { key } = sessionOf(request)
      const { deviceId } = request.params
      await sessions.revoke(key.userId, deviceId, 'revoked_by_user', clientContext(request))
      if (deviceId === key.deviceId) clearTokenCookies(reply)
      return reply.code(204).send(null)
    },
  )
}

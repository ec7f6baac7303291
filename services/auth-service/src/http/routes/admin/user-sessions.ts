import { type AppInstance, Params, problemResponses, SECURED, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { clientContext } from '../../client-context.ts'
import { DeviceId } from '../../schemas/credentials.ts'
import { SessionList, sessionList } from '../../schemas/session.ts'
import type { AdminServices } from './admin-services.ts'

export function userSessionReading(app: AppInstance, { sessions, administration }: AdminServices): void {
  app.get(
    '/admin/users/:userId/sessions',
    {
      schema: {
        tags: ['admin'],
        summary: 'Devices of a user',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        response: { 200: SessionList, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const { id } = await administration.get(request.params.userId)
      return sessionList(await sessions.list(id), request.accessToken.sid)
    },
  )
}

export function userSessionRevoking(app: AppInstance, { sessions }: AdminServices): void {
  app.delete(
    '/admin/users/:userId/sessions/:deviceId',
    {
      schema: {
        tags: ['admin'],
        summary: 'End the session on one device',
        description: 'Answered once every verifier has been told.',
        security: SECURED,
        params: Params({ userId: Uuid(), deviceId: DeviceId }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { userId, deviceId } = request.params
      await sessions.revoke(userId, deviceId, 'revoked_by_admin', clientContext(request))
      return reply.code(204).send(null)
    },
  )

  app.delete(
    '/admin/users/:userId/sessions',
    {
      schema: {
        tags: ['admin'],
        summary: 'End every session of a user',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await sessions.revokeAll(request.params.userId, 'revoked_by_admin', clientContext(request))
      return reply.code(204).send(null)
    },
  )
}

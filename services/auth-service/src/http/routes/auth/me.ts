import { type AppInstance, Body, problemResponses, SECURED, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { clientContext } from '../../client-context.ts'
import { type LiveSession, sessionOf } from '../../live-bearer.ts'
import { Username } from '../../schemas/credentials.ts'
import { DeviceBody, UserBody } from '../../schemas/user.ts'
import type { AuthServices } from './auth-services.ts'

const MeBody = Type.Object({ user: UserBody, device: DeviceBody })

const deviceOf = ({ key, deviceName }: LiveSession) => ({ id: key.deviceId, name: deviceName })

export function meRoutes(app: AppInstance, { accounts }: AuthServices): void {
  app.get(
    '/auth/me',
    {
      schema: {
        tags: ['auth'],
        summary: 'Who I am, and on which device',
        security: SECURED,
        response: { 200: MeBody, ...problemResponses(401, 503) },
      },
    },
    async (request) => {
      const session = sessionOf(request)
      return { user: session.snapshot.user, device: deviceOf(session) }
    },
  )

  app.patch(
    '/auth/me',
    {
      schema: {
        tags: ['auth'],
        summary: 'Change my profile',
        security: SECURED,
        body: Body({ fullName: Type.Optional(Type.Union([Text(), Type.Null()])), username: Type.Optional(Username) }),
        response: { 200: MeBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request) => {
      const session = sessionOf(request)
      return {
        user: await accounts.changeProfile(session.key.userId, request.body, clientContext(request)),
        device: deviceOf(session),
      }
    },
  )
}

import { type AppInstance, Body, Nullable, problemResponses, SECURED, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { ChangeProfile } from '../../../accounts/profile-change.ts'
import { sessionOf } from '../../bearer-check.ts'
import { clientContext } from '../../client-context.ts'
import { Username } from '../../schemas/credentials.ts'
import { MeReply, toDevice } from '../../schemas/me-reply.ts'
import { asReadOfOwner, scopesOf } from '../../schemas/user.ts'

export function changeMeRoute(app: AppInstance, changeProfile: ChangeProfile): void {
  app.patch(
    '',
    {
      config: { operation: 'change_me' },
      schema: {
        tags: ['auth'],
        summary: 'Change my profile',
        description:
          'Members that equal the present values change nothing: `user` may be sent back whole. At most 60 changes an hour.',
        security: SECURED,
        body: Body({
          fullName: Type.Optional(Nullable(Text())),
          username: Type.Optional(Username),
          ...asReadOfOwner,
        }),
        response: { 200: MeReply, ...problemResponses(400, 401, 403, 409, 429, 503) },
      },
    },
    async (request) => {
      const session = sessionOf(request)
      const { fullName, username, ...asRead } = request.body
      const change = { ...(fullName !== undefined && { fullName }), ...(username !== undefined && { username }) }
      return {
        user: await changeProfile(session.key.userId, change, clientContext(request), asRead),
        device: toDevice(session, request.headers['user-agent']),
        scopes: scopesOf(request.accessToken.scope),
      }
    },
  )
}

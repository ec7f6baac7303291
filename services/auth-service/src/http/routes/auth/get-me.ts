import { type AppInstance, problemResponses, SECURED } from '@latchkey/service-kit'
import { sessionOf } from '../../bearer-check.ts'
import { MeReply, toDevice } from '../../schemas/me-reply.ts'
import { scopesOf } from '../../schemas/user.ts'

export function getMeRoute(app: AppInstance): void {
  app.get(
    '',
    {
      config: { operation: 'get_me' },
      schema: {
        tags: ['auth'],
        summary: 'Who I am, and on which device',
        security: SECURED,
        response: { 200: MeReply, ...problemResponses(401, 403, 503) },
      },
    },
    async (request) => {
      const session = sessionOf(request)
      const scopes = scopesOf(request.accessToken.scope)
      return { user: session.snapshot.user, device: toDevice(session, request.headers['user-agent']), scopes }
    },
  )
}

import { type AppInstance, problemResponses, SECURED } from '@latchkey/service-kit'
import { sessionOf } from '../../bearer-check.ts'
import { MeReply, toDevice } from '../../schemas/me-reply.ts'

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
      return { user: session.snapshot.user, device: toDevice(session) }
    },
  )
}

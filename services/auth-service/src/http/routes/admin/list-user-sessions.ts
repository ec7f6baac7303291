import { type AppInstance, Params, problemResponses, SECURED, Uuid } from '@latchkey/service-kit'
import type { UserAdministration } from '../../../accounts/user-administration.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { SessionList, sessionList } from '../../schemas/session.ts'

type Services = { readonly administration: UserAdministration; readonly sessions: SessionService }

export function listUserSessionsRoute(app: AppInstance, { administration, sessions }: Services): void {
  app.get(
    '',
    {
      config: { operation: 'list_user_sessions' },
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

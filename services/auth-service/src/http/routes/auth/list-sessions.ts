import { type AppInstance, problemResponses, SECURED } from '@latchkey/service-kit'
import type { SessionService } from '../../../sessions/session-service.ts'
import { sessionOf } from '../../bearer-check.ts'
import { SessionList, sessionList } from '../../schemas/session.ts'

export function listSessionsRoute(app: AppInstance, sessions: SessionService): void {
  app.get(
    '',
    {
      config: { operation: 'list_sessions' },
      schema: {
        tags: ['auth'],
        summary: 'My devices',
        security: SECURED,
        response: { 200: SessionList, ...problemResponses(401, 403, 503) },
      },
    },
    async (request) => {
      const { key } = sessionOf(request)
      return sessionList(await sessions.list(key.userId), key.sid)
    },
  )
}

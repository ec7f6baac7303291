import { type AppInstance, page, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import type { SessionService } from '../../../sessions/session-service.ts'
import { sessionOf } from '../../bearer-check.ts'
import { SessionList, toSessionReply } from '../../schemas/session.ts'
import { sessionPage } from '../../session-page.ts'

export function listSessionsRoute(app: AppInstance, sessions: SessionService): void {
  app.get(
    '',
    {
      config: { operation: 'list_sessions' },
      schema: {
        tags: ['auth'],
        summary: 'My devices',
        description: 'The newest sign-in first.',
        security: SECURED,
        querystring: Query(page),
        response: { 200: SessionList, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { key } = sessionOf(request)
      const { items, nextCursor } = sessionPage(await sessions.list(key.userId), request.query)
      return { items: items.map((session) => toSessionReply(session, key.sid)), nextCursor }
    },
  )
}

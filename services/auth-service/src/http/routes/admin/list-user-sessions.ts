import { type AppInstance, Params, page, problemResponses, Query, SECURED, Uuid } from '@latchkey/service-kit'
import type { UserAdministration } from '../../../accounts/user-administration.ts'
import type { AuditTrail } from '../../../audit/create-audit.ts'
import { sessionsViewed } from '../../../audit/security-events.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { clientContext } from '../../client-context.ts'
import { SessionList, toSessionReply } from '../../schemas/session.ts'
import { sessionPage } from '../../session-page.ts'

type Services = {
  readonly administration: UserAdministration
  readonly sessions: SessionService
  readonly audit: Pick<AuditTrail, 'record'>
}

export function listUserSessionsRoute(app: AppInstance, { administration, sessions, audit }: Services): void {
  app.get(
    '',
    {
      config: { operation: 'list_user_sessions' },
      schema: {
        tags: ['admin'],
        summary: 'Devices of a user',
        description: 'The newest sign-in first. That they were read is in the audit trail.',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        querystring: Query(page),
        response: { 200: SessionList, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const { userId } = request.params
      await administration.assertExists(userId)
      if (userId !== request.actorId) await audit.record(clientContext(request), sessionsViewed(userId))
      const { items, nextCursor } = sessionPage(await sessions.list(userId), request.query)
      return { items: items.map((session) => toSessionReply(session, request.accessToken.sid)), nextCursor }
    },
  )
}

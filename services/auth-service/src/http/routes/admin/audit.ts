import { type AppInstance, Instant, List, page, problemResponses, Query, SECURED, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { AUDIT_EVENT_TYPES } from '../../../audit/audit-event.ts'
import { idOfCursor, toPage } from '../../keyset-cursor.ts'
import type { AdminServices } from './admin-services.ts'

const EventType = Type.Enum([...AUDIT_EVENT_TYPES])
const Id = Type.Union([Type.String(), Type.Null()])

const AuditEventBody = Type.Object({
  id: Type.String(),
  at: Type.String({ format: 'date-time' }),
  type: EventType,
  outcome: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
  actorId: Id,
  subjectId: Id,
  deviceId: Id,
  ip: Type.String(),
  requestId: Type.String(),
  details: Type.Record(Type.String(), Type.Unknown()),
})

export function auditRoute(app: AppInstance, { auditLog }: AdminServices): void {
  app.get(
    '/admin/audit',
    {
      schema: {
        tags: ['admin'],
        summary: 'Who did what to whom',
        description: 'Newest first. `userId` finds who acted and whom it concerns.',
        security: SECURED,
        querystring: Query({
          ...page,
          userId: Type.Optional(Text()),
          deviceId: Type.Optional(Text()),
          type: Type.Optional(EventType),
          since: Type.Optional(Instant()),
          until: Type.Optional(Instant()),
        }),
        response: { 200: List(AuditEventBody), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { limit = 20, cursor, since, until, ...filter } = request.query
      const times = { ...(since && { since: new Date(since) }), ...(until && { until: new Date(until) }) }
      return toPage(await auditLog.list({ ...filter, ...times }, limit, idOfCursor(cursor)), limit)
    },
  )
}

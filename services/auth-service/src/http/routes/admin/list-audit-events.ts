import { encodeCursor, idOfCursor, pageOf } from '@latchkey/problems'
import {
  type AppInstance,
  Instant,
  List,
  Moment,
  Nullable,
  page,
  problemResponses,
  Query,
  SECURED,
  Text,
} from '@latchkey/service-kit'
import { Type } from 'typebox'
import { AUDIT_EVENT_TYPES } from '../../../audit/audit-event.ts'
import type { AuditTrail } from '../../../audit/create-audit.ts'

const EventType = Type.Enum([...AUDIT_EVENT_TYPES])
const Id = Nullable(Type.String())

const AuditEventReply = Type.Object({
  id: Type.String(),
  at: Moment({ description: 'Of the first, where refusals are counted in one entry' }),
  lastAt: Moment(),
  count: Type.Integer({ description: 'How many refusals this is; 1 for everything else' }),
  type: EventType,
  outcome: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
  actorId: Id,
  subjectId: Id,
  deviceId: Id,
  ip: Nullable(Type.String({ description: 'Null without a request, and after an erasure' })),
  userAgent: Nullable(Type.String()),
  requestId: Nullable(Type.String({ description: 'Our own, unique; null without a request' })),
  callerRequestId: Nullable(Type.String({ description: 'X-Request-Id of the caller, if it was sent' })),
  details: Type.Record(Type.String(), Type.Unknown(), {
    description: 'What belongs to this type of event; a change has `changed`, `before` and `after`',
  }),
})

export function listAuditEventsRoute(app: AppInstance, audit: AuditTrail): void {
  app.get(
    '',
    {
      config: { operation: 'list_audit_events' },
      schema: {
        tags: ['admin'],
        summary: 'Who did what to whom',
        description:
          'Newest first. `userId` finds the events of an actor and of a subject. Refusals of one type, account and network within a minute are one entry with a `count`.',
        security: SECURED,
        querystring: Query({
          ...page,
          userId: Type.Optional(Text()),
          deviceId: Type.Optional(Text()),
          type: Type.Optional(EventType),
          since: Type.Optional(Instant()),
          until: Type.Optional(Instant()),
        }),
        response: { 200: List(AuditEventReply), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { limit, cursor, since, until, ...filter } = request.query
      const times = { ...(since && { since: new Date(since) }), ...(until && { until: new Date(until) }) }
      const rows = await audit.list({ ...filter, ...times }, limit, idOfCursor(cursor))
      return pageOf(rows, limit, ({ id }) => encodeCursor(id))
    },
  )
}

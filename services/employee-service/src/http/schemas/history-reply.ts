import { Type } from 'typebox'
import { HISTORY_ACTIONS } from '../../history/history-entry.ts'
import { Moment, OptionalText } from './reply-members.ts'

const HistoryActor = Type.Object({
  kind: Type.Enum(['user', 'client'] as const),
  id: Type.String({ description: '`sub` of the access token' }),
})

export const HistoryReply = Type.Object({
  id: Type.String({ description: 'Rises with time' }),
  employeeId: Type.String({ format: 'uuid' }),
  version: Type.Integer({ description: 'That the change led to; of a deletion, the last one' }),
  action: Type.Enum(HISTORY_ACTIONS),
  at: Moment,
  actor: Type.Union([HistoryActor, Type.Null()], { description: 'null: a change at the database itself' }),
  requestId: OptionalText('X-Request-Id of the request, as it is in the logs'),
  changes: Type.Array(Type.Object({ field: Type.String(), from: OptionalText(), to: OptionalText() })),
})

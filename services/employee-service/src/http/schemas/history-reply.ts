import { Moment, Nullable } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { HISTORY_ACTIONS } from '../../history/history-entry.ts'

const HistoryActor = Type.Object({
  kind: Type.Enum(['user', 'client'] as const),
  id: Type.String({ description: '`sub` of the access token' }),
})

export const HistoryReply = Type.Object({
  id: Type.String({ description: 'Rises with time' }),
  employeeId: Type.String({ format: 'uuid' }),
  version: Type.Integer({ description: 'The version after the change; of a deletion, the last one' }),
  action: Type.Enum(HISTORY_ACTIONS),
  at: Moment(),
  actor: Type.Union([HistoryActor, Type.Null()], { description: 'null: the change was made at the database itself' }),
  requestId: Nullable(Type.String({ description: 'X-Request-Id of the request, as it is in the logs' })),
  changes: Type.Array(
    Type.Object({ field: Type.String(), from: Nullable(Type.String()), to: Nullable(Type.String()) }),
  ),
})

import { Body, Moment, Nullable, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'

export const TerminationBody = Body({
  reason: Type.Optional(Text(200, { description: 'Kept with the offboarding' })),
})

const State = Type.Enum(['none', 'pending', 'done', 'failed'], {
  description:
    '`none`: no account was linked, the employee has not left, or the offboarding was withdrawn; ' +
    '`pending`: the account is about to be disabled; `done`: it is disabled; ' +
    '`failed`: auth-service refuses to disable it, so it goes on until an administrator acts',
})

export const OffboardingReply = Type.Object({
  state: State,
  attempts: Type.Integer({ description: 'How many attempts have ended, with whatever result' }),
  lastError: Nullable(
    Type.String({ description: 'Why the last attempt did not succeed, such as `409 last_admin` or `unreachable`' }),
  ),
  requestedAt: Nullable(Moment()),
  completedAt: Nullable(Moment()),
  clients: Type.Array(Type.String(), {
    description:
      'Service clients that the account made, or knows a secret of, and which go on working; known once it is done',
  }),
})

export const OffboardingState = Type.Object({ state: State })

import { Body, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'

export const TerminationBody = Body({
  reason: Type.Optional(Text(200, { description: 'Kept with the offboarding' })),
})

/** Everything in it is optional, so no body at all will do. Runs as `preValidation`. */
export async function allowNoBody(request: { body: unknown }): Promise<void> {
  request.body ??= {}
}

const State = Type.Enum(['none', 'pending', 'done', 'failed'], {
  description:
    '`none`: no account was linked, or nobody ended this employee; `pending`: the account is about to be disabled; ' +
    '`done`: it is; `failed`: it can not be disabled as things are, somebody has to look',
})

const OptionalMoment = Type.Unsafe<Date | null>({ type: ['string', 'null'], format: 'date-time' })

export const OffboardingReply = Type.Object({
  state: State,
  attempts: Type.Integer({ description: 'How often it was tried, well or badly' }),
  lastError: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'Why the last attempt came to nothing, such as `409 last_admin` or `unreachable`',
  }),
  requestedAt: OptionalMoment,
  completedAt: OptionalMoment,
})

export const OffboardingState = Type.Object({ state: State })

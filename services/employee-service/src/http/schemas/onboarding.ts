import { Moment, Nullable } from '@latchkey/service-kit'
import { Type } from 'typebox'

export const OnboardingReply = Type.Object({
  state: Type.Enum(['none', 'pending', 'invited', 'accepted', 'failed'], {
    description:
      '`none`: the employee was not invited, or the employee has left; `pending`: the account is about to be made, or a new link is about to be sent; ' +
      '`invited`: it waits for its owner; `accepted`: it is linked; `failed`: see `lastError`, and repeat the request',
  }),
  userId: Nullable(Type.String({ description: 'The account that was made' })),
  lastError: Nullable(
    Type.String({
      description:
        'Why it failed, such as `account_exists`, or does not come on: `no_mail`, the reply of a mail server, `503 unavailable`',
    }),
  ),
  expiresAt: { ...Nullable(Moment()), description: 'Until when the link works, while it is open' },
})

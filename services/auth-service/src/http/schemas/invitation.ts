import { Moment } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { UserReply } from './user.ts'

export const InvitedReply = Type.Object({
  user: UserReply,
  invitation: Type.Object({
    expiresAt: Moment(),
    mailed: Type.Boolean({ description: 'Whether a mail with the link is on its way' }),
    link: Type.Optional(Type.String({ description: 'Where mails do not leave; shown only in this answer' })),
  }),
})

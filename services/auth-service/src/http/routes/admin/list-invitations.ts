import { encodeCursor, idOfCursor, pageOf } from '@latchkey/problems'
import { type AppInstance, List, Moment, Nullable, page, problemResponses, Query, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { Invitations } from '../../../accounts/invitations.ts'
import { INVITATION_STATES } from '../../../users/invitation.ts'
import { callerOf } from '../../caller.ts'
import { UserReply } from '../../schemas/user.ts'

const InvitationReply = Type.Object({
  user: UserReply,
  state: Type.Enum([...INVITATION_STATES]),
  createdBy: Nullable(Type.String()),
  createdAt: Moment(),
  expiresAt: Moment(),
  lastMailError: Nullable(Type.String({ description: 'Why the mail could not be delivered so far' })),
})

export function listInvitationsRoute(app: AppInstance, invitations: Invitations): void {
  app.get(
    '',
    {
      config: { operation: 'list_invitations' },
      schema: {
        tags: ['admin'],
        summary: 'Invitations and what has become of them',
        description:
          'The newest one of each account, newest first: of those that the caller invited, or of all with `users:read`. They stay for 30 days after they have expired. ' +
          '`withdrawn`: a change of the account took the link back, or its maker lost what let them make it; send it again.',
        security: SECURED,
        querystring: Query(page),
        response: { 200: List(InvitationReply), ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const rows = await invitations.list(callerOf(request), limit, idOfCursor(cursor))
      return pageOf(rows, limit, ({ id }) => encodeCursor(id))
    },
  )
}

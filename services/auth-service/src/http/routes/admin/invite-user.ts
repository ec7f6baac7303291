import { type AppInstance, Body, Email, problemResponses, SECURED, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { Invitations } from '../../../accounts/invitations.ts'
import { callerOf } from '../../caller.ts'
import { Username } from '../../schemas/credentials.ts'
import { InvitedReply } from '../../schemas/invitation.ts'
import { RoleName } from '../../schemas/policy.ts'

export function inviteUserRoute(app: AppInstance, invitations: Invitations): void {
  app.post(
    '',
    {
      config: { operation: 'invite_user', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['admin'],
        summary: 'Invite a user',
        description:
          'The account is `invited` until its owner accepts by the link, within 7 days. Without `roles` it gets `user`, without `username` one like its mailbox. ' +
          'An account that registered itself with this address, and never verified it, is erased. 409 `email_taken` has ' +
          'the status of the account in the way as `accountStatus`. 50 invitations a day per user, 1,000 per client.',
        security: SECURED,
        body: Body({
          email: Email(),
          username: Type.Optional(Username),
          fullName: Type.Optional(Text()),
          roles: Type.Optional(Type.Array(RoleName, { minItems: 1, uniqueItems: true })),
        }),
        response: { 201: InvitedReply, ...problemResponses(400, 401, 403, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      const invited = await invitations.invite(request.body, callerOf(request))
      request.logFields = { ...request.logFields, event: 'user_invited', invitedId: invited.user.id }
      return reply.code(201).send(invited)
    },
  )
}

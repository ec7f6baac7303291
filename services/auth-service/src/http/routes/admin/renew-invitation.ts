import { type AppInstance, Params, problemResponses, SECURED, Uuid } from '@latchkey/service-kit'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { Invitations } from '../../../accounts/invitations.ts'
import { callerOf } from '../../caller.ts'
import { InvitedReply } from '../../schemas/invitation.ts'

export function renewInvitationRoute(app: AppInstance, invitations: Invitations): void {
  app.post(
    '/:userId/invitation',
    {
      config: { operation: 'renew_invitation', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['admin'],
        summary: 'Send an invitation again',
        description: 'With a new link, good for 7 days; the one before is dead.',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        response: { 201: InvitedReply, ...problemResponses(400, 401, 403, 404, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      const invited = await invitations.renew(request.params.userId, callerOf(request))
      request.logFields = { ...request.logFields, event: 'user_invited', invitedId: invited.user.id }
      return reply.code(201).send(invited)
    },
  )
}

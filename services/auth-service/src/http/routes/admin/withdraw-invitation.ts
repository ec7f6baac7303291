import { type AppInstance, Params, problemResponses, SECURED, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { Invitations } from '../../../accounts/invitations.ts'
import { callerOf } from '../../caller.ts'

export function withdrawInvitationRoute(app: AppInstance, invitations: Invitations): void {
  app.delete(
    '/:userId/invitation',
    {
      config: { operation: 'withdraw_invitation', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['admin'],
        summary: 'Withdraw an invitation',
        description: 'The account, which was never accepted, is erased; its address and its user name are free again.',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { userId } = request.params
      await invitations.withdraw(userId, callerOf(request))
      request.logFields = { ...request.logFields, event: 'invitation_withdrawn', invitedId: userId }
      return reply.code(204).send(null)
    },
  )
}

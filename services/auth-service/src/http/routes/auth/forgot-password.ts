import { type AppInstance, Body, Email, problemResponses } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { PasswordRecovery } from '../../../accounts/password-recovery.ts'
import { clientContext } from '../../client-context.ts'
import { FLOOD_LIMITS } from '../../flood-limits.ts'

export function forgotPasswordRoute(app: AppInstance, recovery: PasswordRecovery): void {
  app.post(
    '/forgot',
    {
      config: { operation: 'forgot_password', rateLimit: FLOOD_LIMITS.recovery },
      schema: {
        tags: ['auth'],
        summary: 'Have a link sent that sets a new password',
        description:
          'The answer is the same, and takes as long, whether or not an active account has this address. A mailbox gets three of these mails an hour.',
        body: Body({ email: Email() }),
        response: { 202: Type.Object({}), ...problemResponses(400, 429, 503) },
      },
    },
    async (request, reply) => {
      await recovery.request(request.body.email, clientContext(request))
      return reply.code(202).send({})
    },
  )
}

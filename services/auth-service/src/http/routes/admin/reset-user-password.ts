import { type AppInstance, Moment, Params, problemResponses, SECURED, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { RequestPasswordReset } from '../../../accounts/administrator-reset.ts'
import { callerOf } from '../../caller.ts'

export function resetUserPasswordRoute(app: AppInstance, requestPasswordReset: RequestPasswordReset): void {
  app.post(
    '/:userId/password-reset',
    {
      config: { operation: 'reset_user_password' },
      schema: {
        tags: ['admin'],
        summary: 'Have a user choose a new password',
        description:
          'A link that sets it goes to the address of the account; it works once, for 30 minutes. It is in the answer where mails do not leave. An account that holds a scope which the caller lacks is out of reach.',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        response: {
          200: Type.Object({ expiresAt: Moment(), link: Type.Optional(Type.String()) }),
          ...problemResponses(400, 401, 403, 404, 409, 429, 503),
        },
      },
    },
    async (request) => {
      const { userId } = request.params
      const handed = await requestPasswordReset(userId, callerOf(request))
      request.logFields = { ...request.logFields, event: 'password_reset_requested', resetId: userId }
      return handed
    },
  )
}

import { type AppInstance, Body, problemResponses } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { PasswordRecovery } from '../../../accounts/password-recovery.ts'
import { clientContext } from '../../client-context.ts'
import { FLOOD_LIMITS } from '../../flood-limits.ts'
import { LinkToken, newPassword } from '../../schemas/credentials.ts'

type Services = { readonly recovery: PasswordRecovery; readonly passwordMinLength: number }

export function resetPasswordRoute(app: AppInstance, { recovery, passwordMinLength }: Services): void {
  app.post(
    '/reset',
    {
      // Its checks have a deadline of their own, up to which nothing happens; a reset that has begun is seen through.
      config: { operation: 'reset_password', rateLimit: FLOOD_LIMITS.recovery, timeoutMs: 10_000 },
      schema: {
        tags: ['auth'],
        summary: 'Set a new password by a mailed link',
        description:
          'The link works once, for 30 minutes, and until password, address or status of the account change. Every session ends, and none begins. A password that is refused leaves the link good.',
        body: Body({ token: LinkToken, password: newPassword(passwordMinLength) }),
        response: { 204: Type.Null(), ...problemResponses(400, 429, 503) },
      },
    },
    async (request, reply) => {
      const user = await recovery.reset(request.body, clientContext(request))
      request.logFields = { event: 'password_reset', userId: user.id }
      return reply.code(204).send(null)
    },
  )
}

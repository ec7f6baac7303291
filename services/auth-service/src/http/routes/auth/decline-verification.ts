import { type AppInstance, Body, problemResponses } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { Verification } from '../../../accounts/verification.ts'
import { clientContext } from '../../client-context.ts'
import { LinkToken } from '../../schemas/credentials.ts'

export function declineVerificationRoute(app: AppInstance, verification: Verification): void {
  app.post(
    '/decline',
    {
      config: { operation: 'decline_verification', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['auth'],
        summary: 'Say that an account is not mine',
        description:
          'For a reader of the mail who did not register: erases the account, whose address was never verified. The address is free again. Once it is verified the link works no longer.',
        body: Body({ token: LinkToken }),
        response: { 204: Type.Null(), ...problemResponses(400, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      await verification.decline(request.body.token, clientContext(request))
      request.logFields = { event: 'user_erased' }
      return reply.code(204).send(null)
    },
  )
}

import { type AppInstance, allowNoBody, Body, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { Verification } from '../../../accounts/verification.ts'
import { requireUser, sessionOf } from '../../bearer-check.ts'
import { clientContext } from '../../client-context.ts'
import { FLOOD_LIMITS } from '../../flood-limits.ts'

export function requestVerificationRoute(app: AppInstance, verification: Verification): void {
  app.post(
    '',
    {
      config: { operation: 'request_verification', rateLimit: FLOOD_LIMITS.verification },
      onRequest: [app.authenticate, requireUser],
      preValidation: allowNoBody,
      schema: {
        tags: ['auth'],
        summary: 'Send the link that verifies my address again',
        description:
          'The link before is dead. Nothing is sent for an address that is verified, and where no mails leave.',
        security: SECURED,
        body: Body({}),
        response: { 202: Type.Object({}), ...problemResponses(400, 401, 403, 429, 503) },
      },
    },
    async (request, reply) => {
      await verification.request(sessionOf(request).key.userId, clientContext(request))
      return reply.code(202).send({})
    },
  )
}

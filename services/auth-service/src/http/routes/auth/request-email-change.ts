import { type AppInstance, Body, Email, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { EmailChange } from '../../../accounts/email-change.ts'
import { sessionOf } from '../../bearer-check.ts'
import { clientContext } from '../../client-context.ts'
import { Password } from '../../schemas/credentials.ts'

export function requestEmailChangeRoute(app: AppInstance, emailChange: EmailChange): void {
  app.post(
    '/email',
    {
      config: { operation: 'request_email_change', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['auth'],
        summary: 'Ask for another e-mail address',
        description:
          'A link to the new address confirms the change, and a link to the present one, if that is verified, undoes it for a week. Nothing changes before the confirmation; a newer request replaces the one before. The answer is the same for an address that is taken. A mailbox gets three of these mails an hour; one more request is 429, and leaves the link before it valid.',
        security: SECURED,
        body: Body({ email: Email(), currentPassword: Password }),
        response: { 202: Type.Object({}), ...problemResponses(400, 401, 403, 429, 503) },
      },
    },
    async (request, reply) => {
      await emailChange.request(sessionOf(request).key, request.body, clientContext(request))
      request.logFields = { ...request.logFields, event: 'email_change_requested' }
      return reply.code(202).send({})
    },
  )
}

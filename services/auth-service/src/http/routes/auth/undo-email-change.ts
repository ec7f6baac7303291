import { type AppInstance, Body, problemResponses } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { UndoEmailChange } from '../../../accounts/email-undo.ts'
import { clientContext } from '../../client-context.ts'
import { LinkToken } from '../../schemas/credentials.ts'

export function undoEmailChangeRoute(app: AppInstance, undoEmailChange: UndoEmailChange): void {
  app.post(
    '/undo',
    {
      config: { operation: 'undo_email_change', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['auth'],
        summary: 'Undo a change of the e-mail address',
        description:
          'The address is what it was, every session ends, the password is void, and a link that sets a new one goes to this address. Only a verified mailbox has such a link. It works for a week, before and after the confirmation, until the address changes again.',
        body: Body({ token: LinkToken }),
        response: { 204: Type.Null(), ...problemResponses(400, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      const user = await undoEmailChange(request.body.token, clientContext(request))
      request.logFields = { event: 'email_change_undone', userId: user.id }
      return reply.code(204).send(null)
    },
  )
}

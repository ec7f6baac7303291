import { type AppInstance, Params, problemResponses, SECURED, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { EraseUser } from '../../../accounts/user-erasure.ts'
import { callerOf } from '../../caller.ts'

export function eraseUserRoute(app: AppInstance, eraseUser: EraseUser): void {
  app.delete(
    '/:userId',
    {
      config: { operation: 'erase_user', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['admin'],
        summary: 'Erase a user',
        description:
          'Every session ends, and name, address, IP and user agent are erased from accounts, sessions, mails and the audit trail. The names are free again; the id is never used again. An account that holds a scope which the caller lacks is out of reach.',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      await eraseUser(request.params.userId, callerOf(request))
      request.logFields = { ...request.logFields, event: 'user_erased', erasedId: request.params.userId }
      return reply.code(204).send(null)
    },
  )
}

import { type AppInstance, Params, problemResponses, SECURED, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { UserAdministration } from '../../../accounts/user-administration.ts'
import { callerOf } from '../../caller.ts'
import { InvitedUserViewReply } from '../../schemas/user.ts'

export function getUserRoute(app: AppInstance, administration: UserAdministration): void {
  app.get(
    '/:userId',
    {
      config: { operation: 'get_user' },
      schema: {
        tags: ['admin'],
        summary: 'One user',
        description:
          'With `users:invite` and without `users:read`: one that the caller invited. `invitation` is that of an account which nobody has accepted yet.',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        response: {
          200: Type.Object({ user: InvitedUserViewReply }),
          ...problemResponses(400, 401, 403, 404, 503),
        },
      },
    },
    async (request) => ({ user: await administration.get(request.params.userId, callerOf(request)) }),
  )
}

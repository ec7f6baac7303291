import { AccessError } from '@latchkey/resource-server'
import {
  type AppInstance,
  Body,
  Email,
  Nullable,
  Params,
  problemResponses,
  SECURED,
  Text,
  Uuid,
} from '@latchkey/service-kit'
import { type Static, Type } from 'typebox'
import type { UserAdministration } from '../../../accounts/user-administration.ts'
import { isDisablingOnly, type UserChange } from '../../../accounts/user-change.ts'
import { callerOf } from '../../caller.ts'
import { Username } from '../../schemas/credentials.ts'
import { RoleName } from '../../schemas/policy.ts'
import { asReadOfViewedUser, UserReply } from '../../schemas/user.ts'

const ChangeUserBody = Body({
  roles: Type.Optional(Type.Array(RoleName, { minItems: 1, uniqueItems: true })),
  status: Type.Optional(
    Type.Union([Type.Literal('active'), Type.Literal('disabled'), Type.Literal('invited')], {
      description: '`invited` is taken of an account that is invited, and changes nothing',
    }),
  ),
  fullName: Type.Optional(Nullable(Text())),
  email: Type.Optional(Email()),
  username: Type.Optional(Username),
  ...asReadOfViewedUser,
})

const ChangedUserReply = Type.Object({
  user: UserReply,
  clients: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'When disabling: ids of the service clients that the user made, or holds a secret of, and that go on working',
    }),
  ),
})

export function changeUserRoute(app: AppInstance, administration: UserAdministration): void {
  app.patch(
    '/:userId',
    {
      config: { operation: 'change_user' },
      schema: {
        tags: ['admin'],
        summary: 'Change a user',
        description:
          'Needs `users:write`; `users:disable` is enough for `{"status":"disabled"}` alone. Disabling revokes every session at once, and a role that is taken away is refused everywhere at once. ' +
          'Except for disabling, neither the account nor the roles it gets may hold a scope that the caller lacks. An `email` set here counts as verified; a notice goes to the address of before. What GET gave may be sent back whole: beside `id` and the like, what is as it was is no change.',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        body: ChangeUserBody,
        response: { 200: ChangedUserReply, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
      preHandler: async (request) => assertMayChange(request.accessToken.scope, splitBody(request.body).change),
    },
    async (request) => {
      const { change, asRead } = splitBody(request.body)
      return administration.change(request.params.userId, change, callerOf(request), asRead)
    },
  )
}

/** What the sender wants, and what they take the user to be. */
function splitBody(body: Static<typeof ChangeUserBody>) {
  const { id, emailVerified, createdAt, lastMailError: _, invitation: _invitation, ...change } = body
  return { change, asRead: { id, emailVerified, createdAt } }
}

function assertMayChange(scope: string, change: UserChange): void {
  const scopes = scope.split(' ')
  const disables = isDisablingOnly(change)
  if (scopes.includes('users:write') || (disables && scopes.includes('users:disable'))) return
  const needed = disables ? 'users:disable' : 'users:write'
  throw new AccessError('insufficient_scope', { detail: `This call needs the scope ${needed}.`, requiredScope: needed })
}

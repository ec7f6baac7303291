import { AccessError } from '@latchkey/resource-server'
import { type AppInstance, Body, Params, problemResponses, SECURED, Text, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { clientContext } from '../../client-context.ts'
import { Role, Status, UserBody } from '../../schemas/user.ts'
import type { AdminServices } from './admin-services.ts'

const UserChange = Body({
  roles: Type.Optional(Type.Array(Role, { minItems: 1, uniqueItems: true })),
  status: Type.Optional(Status),
  fullName: Type.Optional(Type.Union([Text(), Type.Null()])),
})

export function userChangeRoute(app: AppInstance, { administration }: AdminServices): void {
  app.patch(
    '/admin/users/:userId',
    {
      schema: {
        tags: ['admin'],
        summary: 'Change a user',
        description:
          'Takes `users:write`; `users:disable` is enough for `{"status":"disabled"}` alone. Disabling ends every session at once.',
        security: SECURED,
        params: Params({ userId: Uuid() }),
        body: UserChange,
        response: { 200: Type.Object({ user: UserBody }), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
      preHandler: async (request) => assertMayChange(request.accessToken.scope, request.body),
    },
    async (request) => ({
      user: await administration.change(request.params.userId, request.body, clientContext(request)),
    }),
  )
}

function assertMayChange(scope: string, change: { status?: string }): void {
  const scopes = scope.split(' ')
  const isDisablingOnly = change.status === 'disabled' && Object.keys(change).length === 1
  if (scopes.includes('users:write') || (isDisablingOnly && scopes.includes('users:disable'))) return
  const needed = isDisablingOnly ? 'users:disable' : 'users:write'
  throw new AccessError('insufficient_scope', {
    detail: `This call needs the scope ${needed}.`,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${needed}"` },
  })
}

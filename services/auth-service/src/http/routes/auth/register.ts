import { type AppInstance, Body, Email, problemResponses, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { clientContext } from '../../client-context.ts'
import { newPassword, Username } from '../../schemas/credentials.ts'
import { UserBody } from '../../schemas/user.ts'
import type { AuthServices } from './auth-services.ts'

export function registerRoute(app: AppInstance, { accounts, passwordMinLength }: AuthServices): void {
  app.post(
    '/auth/register',
    {
      schema: {
        tags: ['auth'],
        summary: 'Make an account',
        body: Body({
          email: Email(),
          username: Username,
          password: newPassword(passwordMinLength),
          fullName: Type.Optional(Text()),
        }),
        response: { 201: Type.Object({ user: UserBody }), ...problemResponses(400, 409, 503) },
      },
    },
    async (request, reply) => {
      const user = await accounts.register(request.body, clientContext(request))
      request.logFields = { event: 'user_registered', userId: user.id }
      return reply.code(201).send({ user })
    },
  )
}

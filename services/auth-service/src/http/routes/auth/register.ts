import { type AppInstance, Body, Email, problemResponses, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { AccountService } from '../../../accounts/account-service.ts'
import { clientContext } from '../../client-context.ts'
import { newPassword, Username } from '../../schemas/credentials.ts'
import { UserReply } from '../../schemas/user.ts'

type Services = { readonly accounts: AccountService; readonly passwordMinLength: number }

export function registerRoute(app: AppInstance, { accounts, passwordMinLength }: Services): void {
  app.post(
    '/register',
    {
      config: { operation: 'register' },
      schema: {
        tags: ['auth'],
        summary: 'Create an account',
        body: Body({
          email: Email(),
          username: Username,
          password: newPassword(passwordMinLength),
          fullName: Type.Optional(Text()),
        }),
        response: { 201: Type.Object({ user: UserReply }), ...problemResponses(400, 409, 503) },
      },
    },
    async (request, reply) => {
      const user = await accounts.register(request.body, clientContext(request))
      request.logFields = { event: 'user_registered', userId: user.id }
      return reply.code(201).send({ user })
    },
  )
}

import { type AppInstance, Body, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { AccountService } from '../../../accounts/account-service.ts'
import { sessionOf } from '../../bearer-check.ts'
import { clientContext } from '../../client-context.ts'
import { newPassword, Password } from '../../schemas/credentials.ts'

type Services = { readonly accounts: AccountService; readonly passwordMinLength: number }

export function changePasswordRoute(app: AppInstance, { accounts, passwordMinLength }: Services): void {
  app.post(
    '/password',
    {
      config: { operation: 'change_password' },
      schema: {
        tags: ['auth'],
        summary: 'Change my password',
        description: 'Every other device is signed out.',
        security: SECURED,
        body: Body({ currentPassword: Password, newPassword: newPassword(passwordMinLength) }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 429, 503) },
      },
    },
    async (request, reply) => {
      const { key } = sessionOf(request)
      await accounts.changePassword(key, request.body, clientContext(request))
      request.logFields = { ...request.logFields, event: 'password_changed' }
      return reply.code(204).send(null)
    },
  )
}

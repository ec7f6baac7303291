import { AccessError } from '@latchkey/resource-server'
import { type AppInstance, Body, problemResponses, SECURED } from '@latchkey/service-kit'
import type { ChangePassword } from '../../../accounts/password-change.ts'
import { problems } from '../../../errors.ts'
import { sessionOf } from '../../bearer-check.ts'
import { clientContext } from '../../client-context.ts'
import type { RefreshesInFlight } from '../../refreshes-in-flight.ts'
import { newPassword, Password } from '../../schemas/credentials.ts'
import { LoginReply } from '../../schemas/login-reply.ts'
import { deliver } from '../../token-delivery.ts'

type Services = {
  readonly changePassword: ChangePassword
  readonly refreshesInFlight: RefreshesInFlight
  readonly passwordMinLength: number
}

export function changePasswordRoute(app: AppInstance, services: Services): void {
  const { changePassword, refreshesInFlight, passwordMinLength } = services
  app.post(
    '/password',
    {
      // Its checks have a deadline of their own, up to which nothing happens; a change that has begun is seen through.
      config: { operation: 'change_password', timeoutMs: 10_000 },
      schema: {
        tags: ['auth'],
        summary: 'Change my password',
        description:
          'Answers with new tokens for this session, in its delivery: those of before are refused. Every other device is signed out.',
        security: SECURED,
        body: Body({ currentPassword: Password, newPassword: newPassword(passwordMinLength) }),
        response: { 200: LoginReply, ...problemResponses(400, 401, 403, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      try {
        const grant = await changePassword(sessionOf(request).key, request.body, clientContext(request))
        request.logFields = { ...request.logFields, event: 'password_changed' }
        await refreshesInFlight.haveArrived()
        return deliver(reply, grant)
      } catch (error) {
        // For a call under an access token: only a refresh says that the session is over.
        if (error instanceof problems.session_ended) throw new AccessError('token_revoked', { cause: error })
        throw error
      }
    },
  )
}

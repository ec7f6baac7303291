import { AnyText, type AppInstance, Body, edgeProblems, problemResponses } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { Authentication, Credentials } from '../../../accounts/authentication.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { DeviceId, Password } from '../../schemas/credentials.ts'
import { LoginReply } from '../../schemas/login-reply.ts'
import { type SignInServices, signInMembers, signInOf } from '../../sign-in-request.ts'
import { deliver } from '../../token-delivery.ts'

const LoginBody = Body({
  email: Type.Optional(AnyText(254, { minLength: 1, 'x-normalize': 'typed-email' })),
  username: Type.Optional(AnyText(200, { minLength: 1, 'x-normalize': 'typed' })),
  password: Password,
  deviceId: Type.Optional(DeviceId),
  ...signInMembers,
})

type Services = SignInServices & {
  readonly authentication: Authentication
  readonly sessions: SessionService
}

export function loginRoute(app: AppInstance, services: Services): void {
  const { authentication, sessions } = services
  app.post(
    '/login',
    {
      config: { operation: 'login' },
      schema: {
        tags: ['auth'],
        summary: 'Sign in on a device',
        description:
          'Takes an e-mail address or a user name. Without `deviceToken`, its cookie or `deviceId` the sign-in is on a new device. A session that was on the device is replaced, ' +
          'and so is that of another user whose refresh cookie comes along. Deliveries with cookies are for our own pages and allowed origins.',
        body: LoginBody,
        response: { 200: LoginReply, ...problemResponses(400, 401, 403, 429, 503) },
      },
    },
    async (request, reply) => {
      const { email, username, password, delivery = 'hybrid', ...chosen } = request.body
      const signIn = signInOf(request, { ...chosen, delivery }, services)
      const account = await authentication.authenticate({ name: accountName(email, username), password }, signIn)
      const grant = await sessions.signIn(account, signIn)
      request.logFields = { event: 'login_succeeded', userId: grant.user.id, deviceId: grant.device.id }
      return deliver(reply, grant)
    },
  )
}

function accountName(email: string | undefined, username: string | undefined): Credentials['name'] {
  if (email !== undefined && username === undefined) return { email }
  if (username !== undefined && email === undefined) return { username }
  const message = 'give either email or username'
  throw new edgeProblems.invalid_request({ detail: message, errors: [{ path: '/email', message }] })
}

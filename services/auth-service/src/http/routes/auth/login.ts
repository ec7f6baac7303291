import { DEVICE_ID } from '@latchkey/access-token'
import { readCookie } from '@latchkey/resource-server'
import { AnyText, type AppInstance, Body, edgeProblems, problemResponses, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import type { Authentication, Credentials } from '../../../accounts/authentication.ts'
import type { SessionService } from '../../../sessions/session-service.ts'
import { clientContext } from '../../client-context.ts'
import { describeUserAgent } from '../../describe-user-agent.ts'
import { DeviceId, Password } from '../../schemas/credentials.ts'
import { LoginReply } from '../../schemas/login-reply.ts'
import { DEVICE_COOKIE, deliver } from '../../token-delivery.ts'

const LoginBody = Body({
  email: Type.Optional(AnyText(254, { minLength: 1 })),
  username: Type.Optional(AnyText(200, { minLength: 1 })),
  password: Password,
  deviceId: Type.Optional(DeviceId),
  deviceName: Type.Optional(Text()),
  delivery: Type.Optional(Type.Union([Type.Literal('hybrid'), Type.Literal('cookie'), Type.Literal('body')])),
})

type Services = { readonly authentication: Authentication; readonly sessions: SessionService }

export function loginRoute(app: AppInstance, { authentication, sessions }: Services): void {
  app.post(
    '/login',
    {
      config: { operation: 'login' },
      schema: {
        tags: ['auth'],
        summary: 'Sign in on a device',
        description:
          'Takes an e-mail address or a user name. Without `deviceId` the sign-in is on a new device. A session that was on the device is replaced.',
        body: LoginBody,
        response: { 200: LoginReply, ...problemResponses(400, 401, 403, 429, 503) },
      },
    },
    async (request, reply) => {
      const { email, username, password, deviceId, deviceName, delivery = 'hybrid' } = request.body
      const client = clientContext(request)
      const account = await authentication.authenticate({ name: accountName(email, username), password }, client)
      const grant = await sessions.signIn(account, {
        deviceId: deviceId ?? knownDevice(readCookie(request, DEVICE_COOKIE)),
        deviceName: deviceName ?? describeUserAgent(client.userAgent),
        delivery,
        client,
      })
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

/** A cookie without a device id is ignored: it was not set here, and is no reason to refuse the sign-in. */
const knownDevice = (cookie: string | undefined): string | undefined =>
  cookie && DEVICE_ID.test(cookie) ? cookie : undefined

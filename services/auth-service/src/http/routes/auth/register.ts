import { type AppInstance, Body, Email, problemResponses, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { Register } from '../../../accounts/registration.ts'
import type { FloodLimits } from '../../../limits/flood-store.ts'
import { clientContext } from '../../client-context.ts'
import { createAdmit, FLOOD_LIMITS } from '../../flood-limits.ts'
import { newPassword, Username } from '../../schemas/credentials.ts'
import { LoginReply } from '../../schemas/login-reply.ts'
import { UserReply } from '../../schemas/user.ts'
import { type SignInServices, signInMembers, signInOf } from '../../sign-in-request.ts'
import { deliver } from '../../token-delivery.ts'

type Services = SignInServices & {
  readonly register: Register
  readonly passwordMinLength: number
  readonly limits: FloodLimits
}

export function registerRoute(app: AppInstance, services: Services): void {
  const { register, passwordMinLength, limits } = services
  const admit = createAdmit(app, FLOOD_LIMITS.registration, limits)
  app.post(
    '/register',
    {
      config: { operation: 'register', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['auth'],
        summary: 'Create an account',
        description:
          'With `REGISTRATION=open`. With `delivery` it signs in too and answers as a sign-in does. A link to verify the address is sent. ' +
          'With `REGISTRATION_DOMAINS` the answer is 202 without tokens, whether or not the address had an account. Ten an hour from one IP.',
        body: Body({
          email: Email(),
          username: Username,
          password: newPassword(passwordMinLength),
          fullName: Type.Optional(Text()),
          ...signInMembers,
        }),
        response: {
          201: Type.Union([LoginReply, Type.Object({ user: UserReply }, { additionalProperties: false })]),
          202: Type.Object({}),
          ...problemResponses(400, 403, 409, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const { delivery, deviceName, deviceToken, ...registration } = request.body
      const signIn = delivery && signInOf(request, { delivery, deviceName, deviceToken }, services)
      const registered = await register(registration, clientContext(request), { signIn, admit: () => admit(request) })
      if (registered.outcome === 'accepted') return reply.code(202).send({})
      const isSignedIn = registered.outcome === 'signed_in'
      const { user } = isSignedIn ? registered.grant : registered
      request.logFields = { event: 'user_registered', userId: user.id }
      return reply.code(201).send(isSignedIn ? deliver(reply, registered.grant) : { user })
    },
  )
}

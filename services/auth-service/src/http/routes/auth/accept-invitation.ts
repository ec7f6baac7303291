import { type AppInstance, Body, problemResponses, Text } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { AcceptInvitation } from '../../../accounts/invitation-acceptance.ts'
import { LinkToken, newPassword, Username } from '../../schemas/credentials.ts'
import { LoginReply } from '../../schemas/login-reply.ts'
import { type SignInServices, signInMembers, signInOf } from '../../sign-in-request.ts'
import { deliver } from '../../token-delivery.ts'

type Services = SignInServices & {
  readonly acceptInvitation: AcceptInvitation
  readonly passwordMinLength: number
}

export function acceptInvitationRoute(app: AppInstance, services: Services): void {
  const { acceptInvitation, passwordMinLength } = services
  app.post(
    '/accept',
    {
      config: { operation: 'accept_invitation', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['auth'],
        summary: 'Accept an invitation',
        description:
          'The holder of the link chooses the password and is signed in. The link works once, for 7 days, and until roles, address or status of the account change. ' +
          'A password or a user name that is refused leaves it good.',
        body: Body({
          token: LinkToken,
          password: newPassword(passwordMinLength),
          username: Type.Optional(Username),
          fullName: Type.Optional(Text()),
          ...signInMembers,
        }),
        response: { 200: LoginReply, ...problemResponses(400, 403, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      const { delivery = 'hybrid', deviceName, deviceToken, ...acceptance } = request.body
      const grant = await acceptInvitation(
        acceptance,
        signInOf(request, { delivery, deviceName, deviceToken }, services),
      )
      request.logFields = { event: 'invitation_accepted', userId: grant.user.id, deviceId: grant.device.id }
      return deliver(reply, grant)
    },
  )
}

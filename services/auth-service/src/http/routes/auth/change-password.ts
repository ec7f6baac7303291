import { AccessError } from '@latchkey/resource-server'
import { type AppInstance, Body, problemResponses, SECURED } from '@latchkey/service-kit'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { ChangePassword } from '../../../accounts/password-change.ts'
import type { KnownDevices } from '../../../devices/known-devices.ts'
import { problems } from '../../../errors.ts'
import { sessionOf } from '../../bearer-check.ts'
import { clientContext } from '../../client-context.ts'
import { untilEarlierAnswersArrived } from '../../earlier-answers.ts'
import { presentedDevice } from '../../presented-device.ts'
import { newPassword, Password } from '../../schemas/credentials.ts'
import { LoginReply } from '../../schemas/login-reply.ts'
import { deliver } from '../../token-delivery.ts'

type Services = {
  readonly changePassword: ChangePassword
  readonly devices: Pick<KnownDevices, 'read'>
  readonly passwordMinLength: number
}

export function changePasswordRoute(app: AppInstance, services: Services): void {
  const { changePassword, devices, passwordMinLength } = services
  app.post(
    '/password',
    {
      config: { operation: 'change_password' },
      schema: {
        tags: ['auth'],
        summary: 'Change my password',
        description:
          'Answers with new tokens for this session, in its delivery; the previous ones are refused. Every other device is signed out, and no longer known to the account.',
        security: SECURED,
        body: Body({ currentPassword: Password, newPassword: newPassword(passwordMinLength) }),
        response: { 200: LoginReply, ...problemResponses(400, 401, 403, 409, 429, 503) },
      },
    },
    async (request, reply) => {
      try {
        const { key } = sessionOf(request)
        const commit = (): void => reply.extendDeadline(CHANGE_TIMEOUT_MS)
        const from = { client: clientContext(request), device: presentedDevice(request, devices) }
        const grant = await changePassword(key, request.body, from, commit)
        request.logFields = { ...request.logFields, event: 'password_changed' }
        await untilEarlierAnswersArrived(grant.delivery)
        return deliver(reply, grant)
      } catch (error) {
        // For a call under an access token: only a refresh says that the session is over.
        if (error instanceof problems.session_ended) throw new AccessError('token_revoked', { cause: error })
        throw error
      }
    },
  )
}

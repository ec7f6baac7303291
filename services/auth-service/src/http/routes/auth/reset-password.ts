import { type AppInstance, Body, problemResponses } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { PasswordRecovery } from '../../../accounts/password-recovery.ts'
import type { KnownDevices } from '../../../devices/known-devices.ts'
import { assertNotForeign } from '../../assert-not-foreign.ts'
import { clientContext } from '../../client-context.ts'
import { presentedDevice } from '../../presented-device.ts'
import { LinkToken, newPassword } from '../../schemas/credentials.ts'
import { deliverDeviceToken } from '../../token-delivery.ts'

type Services = {
  readonly recovery: PasswordRecovery
  readonly devices: Pick<KnownDevices, 'read'>
  readonly passwordMinLength: number
  readonly allowedOrigins: readonly string[]
}

export function resetPasswordRoute(app: AppInstance, services: Services): void {
  const { recovery, devices, passwordMinLength, allowedOrigins } = services
  app.post(
    '/reset',
    {
      config: { operation: 'reset_password', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['auth'],
        summary: 'Set a new password by a mailed link',
        description:
          'The link works once, for 30 minutes, and until password, address or status of the account change. Every session ends, and none begins; the cookie `__Host-device` makes the device known to the account. A refused password leaves the link valid.',
        body: Body({ token: LinkToken, password: newPassword(passwordMinLength) }),
        response: { 204: Type.Null(), ...problemResponses(400, 403, 429, 503) },
      },
    },
    async (request, reply) => {
      assertNotForeign(request, allowedOrigins)
      const from = { client: clientContext(request), device: presentedDevice(request, devices) }
      const { user, deviceToken } = await recovery.reset(request.body, from)
      deliverDeviceToken(reply, deviceToken)
      request.logFields = { event: 'password_reset', userId: user.id }
      return reply.code(204).send(null)
    },
  )
}

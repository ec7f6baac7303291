import { type AppInstance, Body, problemResponses, SECURED } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { CHANGE_TIMEOUT_MS } from '../../../accounts/change-deadlines.ts'
import type { Verification } from '../../../accounts/verification.ts'
import type { KnownDevices } from '../../../devices/known-devices.ts'
import { assertNotForeign } from '../../assert-not-foreign.ts'
import { clientContext } from '../../client-context.ts'
import type { FindLiveBearer } from '../../live-bearer.ts'
import { presentedDevice } from '../../presented-device.ts'
import { LinkToken, Password } from '../../schemas/credentials.ts'
import { findSignedInUser } from '../../signed-in-user.ts'
import { deliverDeviceToken } from '../../token-delivery.ts'

type Services = {
  readonly verification: Verification
  readonly findLiveBearer: FindLiveBearer
  readonly devices: Pick<KnownDevices, 'read'>
  readonly allowedOrigins: readonly string[]
}

export function confirmVerificationRoute(app: AppInstance, services: Services): void {
  app.post(
    '/confirm',
    {
      config: { operation: 'confirm_verification', timeoutMs: CHANGE_TIMEOUT_MS },
      schema: {
        tags: ['auth'],
        summary: 'Confirm that an e-mail address is mine',
        description:
          'Needs an access token of the account, or its password, beside the link: otherwise 401 `sign_in_required`, and the link stays valid. The cookie `__Host-device` makes the device known to the account. Access tokens hold the new address from the next refresh on.',
        security: [...SECURED, {}],
        body: Body({ token: LinkToken, password: Type.Optional(Password) }),
        response: { 204: Type.Null(), ...problemResponses(400, 401, 403, 429, 503) },
      },
    },
    async (request, reply) => {
      assertNotForeign(request, services.allowedOrigins)
      const { token, password } = request.body
      const proof = { userId: await findSignedInUser(request, services), password }
      const from = { client: clientContext(request), device: presentedDevice(request, services.devices) }
      deliverDeviceToken(reply, await services.verification.confirm(token, proof, from))
      request.logFields = { event: 'email_verified' }
      return reply.code(204).send(null)
    },
  )
}

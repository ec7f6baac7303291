import { readCookie } from '@latchkey/resource-server'
import { edgeProblems } from '@latchkey/service-kit'
import type { FastifyRequest } from 'fastify'
import type { KnownDevices, PresentedDevice } from '../devices/known-devices.ts'
import { DEVICE_COOKIE } from './token-delivery.ts'

type Named = { readonly deviceId?: string | undefined; readonly deviceToken?: string | undefined }

/**
 * The device that a request says to come from: by the token in its body, else by its cookie. An invalid token names none, and is
 * no reason to refuse the request. A `deviceId` beside a cookie of another device decides, and proves nothing.
 * @throws `invalid_request` when the token in the body is of another device than `deviceId`, or the cookie is there twice
 */
export function presentedDevice(
  request: FastifyRequest,
  { read }: Pick<KnownDevices, 'read'>,
  { deviceId, deviceToken }: Named = {},
): PresentedDevice | undefined {
  const text = deviceToken ?? readCookie(request, DEVICE_COOKIE)
  const presented = text === undefined ? undefined : read(text)
  if (deviceId === undefined || presented?.id === deviceId) return presented
  if (deviceToken === undefined || presented === undefined) return read(deviceId)
  const message = 'must be the device of deviceToken'
  throw new edgeProblems.invalid_request({ detail: `deviceId ${message}.`, errors: [{ path: '/deviceId', message }] })
}

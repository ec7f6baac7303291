import { DEVICE_ID } from '@latchkey/access-token'
import { AnyText } from '@latchkey/service-kit'
import { Type } from 'typebox'

/**
 * Letters, digits and a few joiners of any script. No `@`, so that a user name never looks like an e-mail address,
 * and no space, so that no two names look alike for it.
 */
export const Username = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: "^[\\p{L}\\p{M}\\p{N}._'+-]+$",
  'x-message': "must consist of letters, digits and . _ ' + -",
})

/** The id of a device: made by us, or kept by a client from an earlier sign-in. */
export const DeviceId = Type.String({
  pattern: DEVICE_ID.source,
  'x-message': 'must be 8 to 64 letters, digits, - or _',
  description: 'The `device.id` of a sign-in',
})

/** A password to set. What else it must be is judged by the policy, which knows its owner. */
export const newPassword = (minLength: number) => AnyText(1024, { minLength })

/** A password to check: anything may have been set once. */
export const Password = AnyText(1024, { minLength: 1 })

import { DEVICE_ID } from '@latchkey/access-token'
import { AnyText, Body } from '@latchkey/service-kit'
import { Type } from 'typebox'

/**
 * Letters, digits and a few joiners of any script. No `@`, so that a user name never looks like an e-mail address, and no
 * space, so that no two names differ in spaces alone.
 */
export const Username = Type.String({
  minLength: 1,
  maxLength: 200,
  'x-normalize': 'trim',
  pattern: "^[\\p{L}\\p{M}\\p{N}._'+-]+$",
  'x-message': "must consist of letters, digits and . _ ' + -",
})

/** The id of a device: generated at its first sign-in, and sent again by the client at later ones. */
export const DeviceId = Type.String({
  pattern: DEVICE_ID.source,
  'x-message': 'must be 8 to 64 letters, digits, - or _',
  description: 'The `device.id` of a sign-in',
})

/** What a device got with its last sign-in. A text that is none is ignored. */
export const DeviceToken = Type.String({
  minLength: 1,
  maxLength: 4096,
  description: 'The `deviceToken` of a sign-in: shows that the account was signed in on this device before',
})

/** A password to set. The password policy, which knows its owner, checks the rest. */
export const newPassword = (minLength: number) => AnyText(1024, { minLength })

/** A password to check: earlier rules may have accepted anything. */
export const Password = AnyText(1024, { minLength: 1 })

/** The token of a mailed link. What cannot be one is refused as any other link that does not work. */
export const LinkToken = AnyText(1024, { minLength: 1 })

/** The refresh token of clients that do not keep it in its cookie. */
export const RefreshTokenBody = Body({ refreshToken: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })) })

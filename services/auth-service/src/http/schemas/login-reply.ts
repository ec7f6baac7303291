import { Type } from 'typebox'
import { DeviceReply, ScopesReply, UserReply } from './user.ts'

/** What a sign-in and a refresh answer. A token that goes into a cookie is not in it. */
export const LoginReply = Type.Object({
  user: UserReply,
  device: DeviceReply,
  deviceToken: Type.Optional(
    Type.String({ description: 'With `body` delivery; send it with the next sign-in on this device' }),
  ),
  scopes: ScopesReply,
  tokenType: Type.Literal('Bearer'),
  expiresIn: Type.Integer({ description: 'Lifetime of the access token in seconds' }),
  accessToken: Type.Optional(Type.String()),
  refreshToken: Type.Optional(Type.String()),
})

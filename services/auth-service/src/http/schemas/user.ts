import { Moment, Nullable } from '@latchkey/service-kit'
import { Type } from 'typebox'

export const Status = Type.Union([Type.Literal('invited'), Type.Literal('active'), Type.Literal('disabled')])

const userMembers = {
  id: Type.String({ format: 'uuid' }),
  email: Type.String(),
  emailVerified: Type.Boolean(),
  username: Type.String(),
  fullName: Nullable(Type.String()),
  roles: Type.Array(Type.String()),
  status: Status,
  createdAt: Moment(),
}

export const UserReply = Type.Object(userMembers)

/** A user as administrators see them. */
export const UserViewReply = Type.Object({
  ...userMembers,
  lastMailError: Nullable(Type.String({ description: 'Why the newest mail could not be delivered so far' })),
})

/** What the access token may do. */
export const ScopesReply = Type.Array(Type.String())

export const scopesOf = (scope: string): string[] => (scope === '' ? [] : scope.split(' '))

export const DeviceReply = Type.Object({ id: Type.String(), name: Type.String() })

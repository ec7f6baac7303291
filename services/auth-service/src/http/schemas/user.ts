import { AS_READ, Instant, Moment, Nullable, Uuid } from '@latchkey/service-kit'
import { Type } from 'typebox'
import { INVITATION_STATES } from '../../users/invitation.ts'

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

const given = { description: AS_READ }

/** Set by the service: a user may be sent back whole. */
const asReadOfUser = {
  id: Type.Optional(Uuid(given)),
  emailVerified: Type.Optional(Type.Boolean(given)),
  createdAt: Type.Optional(Instant(given)),
}

/** The same for what an owner changes elsewhere, or not at all. */
export const asReadOfOwner = {
  ...asReadOfUser,
  email: Type.Optional(Type.String(given)),
  roles: Type.Optional(Type.Array(Type.String(), given)),
  status: Type.Optional(Type.String(given)),
}

const viewMembers = {
  ...userMembers,
  lastMailError: Nullable(Type.String({ description: 'Why the newest mail could not be delivered so far' })),
}

/** A user as administrators see them. */
export const UserViewReply = Type.Object(viewMembers)

const InvitationStatus = Type.Object({
  state: Type.Enum([...INVITATION_STATES]),
  expiresAt: Moment(),
  mailed: Type.Boolean({ description: 'Whether a mail with the link was sent, or is on its way' }),
})

/** One user as administrators, and those who invited them, see them. */
export const InvitedUserViewReply = Type.Object({
  ...viewMembers,
  invitation: Type.Union([InvitationStatus, Type.Null()], {
    description: 'The newest one; null unless the account is `invited`',
  }),
})

/** A user as administrators see them may be sent back whole. */
export const asReadOfViewedUser = {
  ...asReadOfUser,
  lastMailError: Type.Optional(Nullable(Type.String({ description: 'Ignored: it changes by itself' }))),
  invitation: Type.Optional(
    Type.Union([InvitationStatus, Type.Null()], { description: 'Ignored: it changes by itself' }),
  ),
}

/** What the access token may do. */
export const ScopesReply = Type.Array(Type.String())

export const scopesOf = (scope: string): string[] => (scope === '' ? [] : scope.split(' '))

export const DeviceReply = Type.Object({ id: Type.String(), name: Type.String() })

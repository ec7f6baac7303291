import type { Role } from '@latchkey/access-token'

export type UserStatus = 'active' | 'disabled'

/** A person with an account, as everyone may see it who may see it at all: nothing secret is in it. */
export type User = {
  readonly id: string
  readonly email: string
  readonly username: string
  readonly fullName: string | null
  readonly roles: Role[]
  readonly status: UserStatus
  /** ISO 8601, UTC. */
  readonly createdAt: string
}

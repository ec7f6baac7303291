import type { Role } from '@latchkey/access-token'

export type UserStatus = 'active' | 'disabled'

/** A person with an account. Nothing in it is secret from those who may see the user. */
export type User = {
  readonly id: string
  readonly email: string
  readonly username: string
  readonly fullName: string | null
  readonly roles: Role[]
  readonly status: UserStatus
  readonly createdAt: Date
}

/** A user with what only this service may know. */
export type Account = {
  readonly user: User
  readonly tokenVersion: number
  readonly passwordHash: string
  readonly passwordChangedAt: Date
}

/** The form in which e-mail addresses and user names are compared. */
export const uniqueKey = (name: string): string => name.normalize('NFKC').toLowerCase()

/** `invited`: the account has no password until its invitation is accepted. */
export type UserStatus = 'invited' | 'active' | 'disabled'

/** A person with an account. Nothing in it is secret from those who may see the user. */
export type User = {
  readonly id: string
  readonly email: string
  /** Whether the person has shown that the mailbox is theirs. */
  readonly emailVerified: boolean
  readonly username: string
  readonly fullName: string | null
  readonly roles: string[]
  readonly status: UserStatus
  readonly createdAt: Date
}

/** A user with what only this service may know. */
export type Account = {
  readonly user: User
  readonly tokenVersion: number
  /** Null while the account has no password: nothing signs in to it then. */
  readonly passwordHash: string | null
  /** One more with each new password. */
  readonly passwordVersion: number
  /** One more with each new e-mail address. */
  readonly addressVersion: number
  /** Whether it registered itself, and nobody has shown or said since that the address is the owner's. */
  readonly isSelfRegistered: boolean
  /** When an account that registered itself is erased unless it verifies its address; null for all others. */
  readonly unverifiedUntil: Date | null
  /** Id of the user or client that invited it; null for an account that came in otherwise. */
  readonly invitedBy: string | null
}

/** Whether the account had a password at any time. One without came by an invitation that is not accepted. */
export const wasEverActive = ({ passwordHash, passwordVersion }: Account): boolean =>
  passwordHash !== null || passwordVersion > 0

/** Nobody has ever shown or said that the address is the owner's: another person may have registered it. */
export const isUnproved = ({ user, isSelfRegistered }: Account): boolean => isSelfRegistered && !user.emailVerified

/** Whether it gives way to the owner of its address. What an administrator gave a role never does, nor who was offboarded. */
export const givesWay = (account: Account): boolean =>
  isUnproved(account) && account.user.status === 'active' && account.user.roles.every((role) => role === 'user')

/** The form in which e-mail addresses and user names are compared. */
export const uniqueKey = (name: string): string => name.normalize('NFKC').toLowerCase()

/** Who sends requests: nobody, a user of one role, or a service client. */
export type Caller = {
  readonly name: string
  readonly kind: 'anonymous' | 'user' | 'client'
  readonly scopes: ReadonlySet<string>
  /** Undefined for those who have none. */
  readonly account: Account | undefined
  /** Undefined for anonymous ones. */
  readonly accessToken: string | undefined
  /** The Cookie header of a second session, on another device. */
  readonly cookie: string | undefined
}

export type Account = {
  readonly userId: string
  readonly email: string
  readonly password: string
  /** Of the sessions, that of the header first. */
  readonly deviceIds: readonly string[]
  /** The employee that is linked to the account. */
  readonly employeeId: string
}

/** The callers of a run; each is there and live whenever it is asked for. */
export type Callers = {
  readonly names: readonly string[]
  find(name: string): Promise<Caller>
  /** What became of the caller is not known: it signs in anew before its next request. */
  suspect(name: string): void
  /** After a change of password. */
  setPassword(name: string, password: string): void
  /** Ids of accounts and employees that no request may end. */
  readonly protectedIds: Set<string>
}

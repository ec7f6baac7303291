/** Who makes a change, and in which request: what the history keeps of it. */
export type Actor = {
  readonly kind: 'user' | 'client'
  /** `sub` of the access token: the user's id, or the client's. */
  readonly id: string
  readonly requestId: string
}

/** Names the caller among all: a user and a client may have the same id. */
export const callerKey = ({ kind, id }: Actor): string => `${kind}:${id}`

/** Who makes a call under an access token, and what the token allows. */
export type Caller = Actor & { readonly scopes: ReadonlySet<string> }

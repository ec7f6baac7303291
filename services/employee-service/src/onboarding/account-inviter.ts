import type { CallContext, CallOptions, ServiceClient } from '@latchkey/service-client'
import { type InvitedAccount, type SentLink, toAccount, toAccounts, toSentLink } from './account-answers.ts'
import { type Refusal, refusalOf, refusalOfError } from './call-refusal.ts'

type Result<Value> = { readonly outcome: 'done'; readonly value: Value } | Refusal

type Invitee = { readonly email: string; readonly fullName: string }

/** Calls of auth-service in the name of this service. They never reject. They need the scope `users:invite` and those of the role `staff`. */
export type AccountInviter = {
  /** Makes an account; where an address is taken by one, that may be of an earlier call whose answer got lost. */
  invite(invitee: Invitee, context: CallContext): Promise<Result<SentLink>>
  /** Sends another link; the one before is dead. */
  renew(userId: string, context: CallContext): Promise<Result<SentLink>>
  /** Undefined where there is no such account. */
  find(userId: string, context: CallContext): Promise<Result<InvitedAccount | undefined>>
  /** The account with exactly this address, if this service invited it. */
  findByAddress(email: string, context: CallContext): Promise<Result<InvitedAccount | undefined>>
}

/** Above the ten seconds in which auth-service sees a change through: an answer says more than none. */
const CHANGE_TIMEOUT_MS = 12_000
/** A search takes texts of at most this length, and a page has at most so many accounts. */
const LONGEST_QUERY = 200
const PAGE_SIZE = 100

export function createAccountInviter(auth: Pick<ServiceClient, 'fetch'>): AccountInviter {
  /** @param read undefined for an answer that is none of auth-service's */
  async function call<Value>(
    path: string,
    options: CallOptions,
    read: (body: unknown) => Value | undefined,
  ): Promise<Result<Value>> {
    try {
      const response = await auth.fetch(path, options)
      if (!response.ok) return await refusalOf(response)
      const value = read(await response.json())
      return value === undefined
        ? { outcome: 'retry', error: 'unreadable', needsOperator: false }
        : { outcome: 'done', value }
    } catch (error) {
      return refusalOfError(error)
    }
  }

  const change = { method: 'POST', timeoutMs: CHANGE_TIMEOUT_MS }
  return {
    invite: ({ email, fullName }, context) =>
      call(
        '/admin/users',
        {
          ...change,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email, fullName, roles: ['staff'] }),
          context,
        },
        toSentLink,
      ),

    renew: (userId, context) => call(`/admin/users/${userId}/invitation`, { ...change, context }, toSentLink),

    async find(userId, context) {
      const result = await call(`/admin/users/${userId}`, { context }, toAccount)
      const isUnknown = result.outcome === 'refused' && result.code === 'user_not_found'
      return isUnknown ? { outcome: 'done', value: undefined } : result
    },

    async findByAddress(email, context) {
      const query = new URLSearchParams({ query: email.slice(0, LONGEST_QUERY), limit: String(PAGE_SIZE) })
      for (;;) {
        const result = await call(`/admin/users?${query}`, { context }, toAccounts)
        if (result.outcome !== 'done') return result
        const { items, nextCursor } = result.value
        const account = items.find((each) => each.email.toLowerCase() === email.toLowerCase())
        if (account !== undefined || nextCursor === null) return { outcome: 'done', value: account }
        query.set('cursor', nextCursor)
      }
    },
  }
}

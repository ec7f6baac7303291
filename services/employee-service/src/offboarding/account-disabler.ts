import { type CallContext, ServiceCallError, type ServiceClient } from '@latchkey/service-client'
import { codeIn, describeAnswer, isRefusal, parseObject } from '../auth/auth-answer.ts'

/** The result of one call that asks auth-service to disable an account. */
export type DisableResult =
  | {
      /** The account is disabled, or there is no such account. */
      readonly outcome: 'done'
      /** When auth-service answered, by its own clock, which its tokens carry too: whole seconds since 1970. */
      readonly answeredAt: number
      /** Ids of service clients that the account made, or knows a secret of, and which go on working. */
      readonly clients: readonly string[]
    }
  /** There was no answer, or one that says nothing about the account. */
  | {
      readonly outcome: 'retry'
      readonly error: string
      /** Whether asking again will not help until an operator acts: auth-service refuses this client, or this call. */
      readonly needsOperator: boolean
    }
  /** The account goes on, and asking again will not change that: a conflict with what auth-service must keep. */
  | { readonly outcome: 'refused'; readonly error: string }

export type AccountDisabler = {
  /** Calls once. Repeating it is safe: the account is disabled already. Never rejects. */
  disable(userId: string, context: CallContext): Promise<DisableResult>
}

/** Needs the scope `users:disable`, and no other. */
export function createAccountDisabler(auth: Pick<ServiceClient, 'fetch'>, now: () => number): AccountDisabler {
  return {
    async disable(userId, context) {
      try {
        const response = await auth.fetch(`/admin/users/${userId}`, {
          method: 'PATCH',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ status: 'disabled' }),
          context,
        })
        const { status } = response
        const answer = parseObject(await response.text())
        const answeredAt = dateOf(response, now)
        if (status === 200) return { outcome: 'done', answeredAt, clients: clientsIn(answer) }
        const code = codeIn(answer)
        if (status === 404 && code === 'user_not_found') return { outcome: 'done', answeredAt, clients: [] }
        const error = describeAnswer(status, code)
        const isRefused = isRefusal(status, code)
        return isRefused && status === 409
          ? { outcome: 'refused', error }
          : { outcome: 'retry', error, needsOperator: isRefused }
      } catch (error) {
        // An answer that broke off says as little as none.
        const code = error instanceof ServiceCallError ? error.code : 'unreachable'
        return { outcome: 'retry', error: code, needsOperator: code === 'token_refused' }
      }
    },
  }
}

/** None where auth-service names none: earlier versions do not know them. */
function clientsIn(answer: object): string[] {
  const clients = 'clients' in answer ? answer.clients : undefined
  return Array.isArray(clients) ? clients.filter((id) => typeof id === 'string') : []
}

/** The `Date` of an answer, or our own time without one. Whole seconds since 1970. */
function dateOf({ headers }: Response, now: () => number): number {
  const date = Date.parse(headers.get('date') ?? '')
  return Math.floor((Number.isNaN(date) ? now() : date) / 1000)
}

import { type CallContext, ServiceCallError, type ServiceClient } from '@latchkey/service-client'

/** The result of one call that asks auth-service to disable an account. */
export type DisableResult =
  | {
      /** The account is disabled, or there is no such account. */
      readonly outcome: 'done'
      /** When auth-service answered, by its own clock, which its tokens carry too: whole seconds since 1970. */
      readonly answeredAt: number
    }
  /** There was no answer, or one that says nothing about the account. */
  | { readonly outcome: 'retry'; readonly error: string }
  /** The answer will not change by asking again. */
  | { readonly outcome: 'refused'; readonly error: string }

export type AccountDisabler = {
  /** Calls once. Repeating it is safe: the account is disabled already. Never rejects. */
  disable(userId: string, context: CallContext): Promise<DisableResult>
}

/** Too early, too many, a token that was just revoked: 4xx that say nothing about the account. */
const PASSING: ReadonlySet<number> = new Set([401, 408, 425, 429])

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
        if (status === 200) {
          await response.body?.cancel()
          return { outcome: 'done', answeredAt: dateOf(response, now) }
        }
        const code = await codeOf(response)
        const isUnknown = status === 404 && code === 'user_not_found'
        if (isUnknown) return { outcome: 'done', answeredAt: dateOf(response, now) }
        // Without a code it is no answer of auth-service: a proxy's 404 for a service that is down, for example.
        const isFinal = code !== undefined && status >= 400 && status < 500 && !PASSING.has(status)
        return { outcome: isFinal ? 'refused' : 'retry', error: [status, code].filter(Boolean).join(' ') }
      } catch (error) {
        // An answer that broke off says as little as none.
        return { outcome: 'retry', error: error instanceof ServiceCallError ? error.code : 'unreachable' }
      }
    },
  }
}

/** The problem's stable code. Free text could hold anything. */
async function codeOf(response: Response): Promise<string | undefined> {
  const text = await response.text()
  if (response.ok) return undefined
  try {
    const problem: unknown = JSON.parse(text)
    const code = typeof problem === 'object' && problem !== null && 'code' in problem ? problem.code : undefined
    return typeof code === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(code) ? code : undefined
  } catch {
    return undefined
  }
}

/** The `Date` of an answer, or our own time without one. Whole seconds since 1970. */
function dateOf({ headers }: Response, now: () => number): number {
  const date = Date.parse(headers.get('date') ?? '')
  return Math.floor((Number.isNaN(date) ? now() : date) / 1000)
}

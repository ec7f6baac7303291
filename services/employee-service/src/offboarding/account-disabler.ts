import { type CallContext, ServiceCallError, type ServiceClient } from '@latchkey/service-client'

/** What came of asking auth-service to disable an account. */
export type Disabling =
  | {
      /** It is disabled, or there is no such account. */
      readonly verdict: 'done'
      /** When auth-service answered, by its own clock, which its tokens go by: whole seconds since 1970. */
      readonly answeredAt: number
    }
  /** Nothing is known, or something passing is in the way. */
  | { readonly verdict: 'retry'; readonly error: string }
  /** It will say so again however often it is asked. */
  | { readonly verdict: 'refused'; readonly error: string }

export type AccountDisabler = {
  /** Asks once. Asking again changes nothing more: the account is disabled already. Never rejects. */
  disable(userId: string, context: CallContext): Promise<Disabling>
}

/** Too early, too many, a token that was just revoked: 4xx that say nothing about what was asked. */
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
          return { verdict: 'done', answeredAt: dateOf(response, now) }
        }
        const code = await codeOf(response)
        const isUnknown = status === 404 && code === 'user_not_found'
        if (isUnknown) return { verdict: 'done', answeredAt: dateOf(response, now) }
        // Without a code it is not auth-service that speaks: a proxy's 404 for a service that is away, a page of its own.
        const isFinal = code !== undefined && status >= 400 && status < 500 && !PASSING.has(status)
        return { verdict: isFinal ? 'refused' : 'retry', error: [status, code].filter(Boolean).join(' ') }
      } catch (error) {
        // An answer that broke off says as little as none.
        return { verdict: 'retry', error: error instanceof ServiceCallError ? error.code : 'unreachable' }
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

function dateOf({ headers }: Response, now: () => number): number {
  const told = Date.parse(headers.get('date') ?? '')
  return Math.floor((Number.isNaN(told) ? now() : told) / 1000)
}

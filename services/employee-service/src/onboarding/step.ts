import type { Refusal } from './call-refusal.ts'
import type { LinkResult } from './link-account.ts'

/** What one step of an onboarding came to. */
export type Step =
  /** It is recorded; the next step may follow at once. */
  | { readonly next: 'step' }
  | { readonly next: 'linked'; readonly result: LinkResult }
  | { readonly next: 'fail'; readonly error: string }
  /** The account waits for its owner, which is recorded. */
  | { readonly next: 'check'; readonly afterSeconds: number }
  /** It did not succeed, and is tried again. */
  | {
      readonly next: 'retry'
      readonly error: string
      readonly afterSeconds?: number
      readonly needsOperator?: boolean
    }

/** Longest pause that auth-service may ask for: its day of invitations may be over, while others are withdrawn. */
const LONGEST_PAUSE_SECONDS = 900

/** Refusals of this service's own client: an operator's business, after which all goes on. */
const OF_CLIENT: ReadonlySet<string> = new Set(['insufficient_scope', 'exceeds_own_scopes'])
/** Another call was faster. */
const OF_MOMENT: ReadonlySet<string> = new Set(['username_taken'])

export function stepAfter(refusal: Refusal): Step {
  const { error } = refusal
  if (refusal.outcome === 'refused') {
    if (OF_CLIENT.has(refusal.code)) return { next: 'retry', error, needsOperator: true }
    return OF_MOMENT.has(refusal.code) ? { next: 'retry', error } : { next: 'fail', error }
  }
  const { needsOperator, retryAfterSeconds } = refusal
  const pause = retryAfterSeconds !== undefined && { afterSeconds: Math.min(retryAfterSeconds, LONGEST_PAUSE_SECONDS) }
  return { next: 'retry', error, needsOperator, ...pause }
}

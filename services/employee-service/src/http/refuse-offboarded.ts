import { type AccessCheck, AccessError } from '@latchkey/resource-server'
import type { OffboardingWatch } from '../offboarding/offboarding-watch.ts'
import type { RefusedAccounts } from '../offboarding/refused-accounts.ts'

export type OffboardingRefusals = {
  readonly check: AccessCheck
  /** Requests refused so far. */
  readonly count: () => number
}

/**
 * Refuses the tokens of accounts whose employees have left, with auth-service and Redis away or not. Until it is known which
 * they are, nobody is let in.
 */
export function refuseOffboarded(
  watch: Pick<OffboardingWatch, 'isReady'>,
  accounts: RefusedAccounts,
): OffboardingRefusals {
  let count = 0
  return {
    count: () => count,
    check(_request, { sub, iat }) {
      if (!watch.isReady) throw new AccessError('unavailable', { headers: { 'retry-after': '1' } })
      if (!accounts.refuses(sub, iat)) return
      count += 1
      throw new AccessError('token_revoked')
    },
  }
}

import { type AccessCheck, AccessError } from '@latchkey/resource-server'
import type { AccountDenylist } from '../offboarding/account-denylist.ts'
import type { OffboardingWatch } from '../offboarding/offboarding-watch.ts'

export type OffboardingRefusals = {
  readonly check: AccessCheck
  /** Requests refused so far. */
  readonly count: () => number
}

/**
 * Refuses the tokens of accounts whose employees have left, whether auth-service and Redis are reachable or not. It is a look-up in
 * memory. Only while the denylist is out of date, as after an outage of Postgres, a request waits for a refresh; an account that is on
 * it already is refused without waiting.
 */
export function refuseOffboarded(
  watch: Pick<OffboardingWatch, 'isCurrent' | 'refresh'>,
  denylist: Pick<AccountDenylist, 'denies'>,
): OffboardingRefusals {
  let count = 0

  function refuseDenied(userId: string, issuedAtSeconds: number): void {
    if (!denylist.denies(userId, issuedAtSeconds)) return
    count += 1
    throw new AccessError('token_revoked')
  }

  return {
    count: () => count,
    check(_request, { sub, iat }) {
      refuseDenied(sub, iat)
      if (watch.isCurrent()) return
      return watch.refresh().then(() => {
        if (!watch.isCurrent()) throw new AccessError('unavailable', { retryAfterSeconds: 1 })
        refuseDenied(sub, iat)
      })
    },
  }
}

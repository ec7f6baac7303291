import { type AccessCheck, AccessError } from '@latchkey/resource-server'
import type { OffboardingWatch } from '../offboarding/offboarding-watch.ts'
import type { RefusedAccounts } from '../offboarding/refused-accounts.ts'

export type OffboardingRefusals = {
  readonly check: AccessCheck
  /** Requests refused so far. */
  readonly count: () => number
}

/**
 * Refuses the tokens of accounts whose employees have left, with auth-service and Redis away or not. It is a look-up in memory;
 * only when the watch has fallen behind, as after an outage of Postgres, a request waits for it to catch up. Who is known is
 * refused all the same.
 */
export function refuseOffboarded(
  watch: Pick<OffboardingWatch, 'isCurrent' | 'look'>,
  accounts: Pick<RefusedAccounts, 'refuses'>,
): OffboardingRefusals {
  let count = 0

  function refuseKnown(userId: string, issuedAtSeconds: number): void {
    if (!accounts.refuses(userId, issuedAtSeconds)) return
    count += 1
    throw new AccessError('token_revoked')
  }

  return {
    count: () => count,
    check(_request, { sub, iat }) {
      refuseKnown(sub, iat)
      if (watch.isCurrent()) return
      return watch.look().then(() => {
        if (!watch.isCurrent()) throw new AccessError('unavailable', { retryAfterSeconds: 1 })
        refuseKnown(sub, iat)
      })
    },
  }
}

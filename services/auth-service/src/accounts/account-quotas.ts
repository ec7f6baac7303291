import { type GuessLimit, toRateLimit } from '../limits/guess-counter.ts'
import type { GuessLimiter } from '../limits/guess-limiter.ts'

/** What leaves traces in the trail, in Redis or in a mailbox, in the public words of the limit. */
export type Quota = 'profile-changes' | 'password-changes' | 'email-changes' | 'sign-ins' | 'sign-ins-from-devices'

/** Bounds what one account leaves behind. Each is far beyond what a person does, and counts nobody but those who are in the account. */
export type AccountQuotas = {
  /** @throws `too_many_requests`: then nothing is counted */
  spend(userId: string, quota: Quota): Promise<void>
}

const HOUR_SECONDS = 3600
const DEFAULT_ACCOUNT_QUOTAS: Readonly<Record<Quota, GuessLimit>> = {
  'profile-changes': { failures: 60, seconds: HOUR_SECONDS },
  'password-changes': { failures: 20, seconds: HOUR_SECONDS },
  'email-changes': { failures: 20, seconds: HOUR_SECONDS },
  /** With the right password, on devices that were not known. */
  'sign-ins': { failures: 600, seconds: HOUR_SECONDS },
  'sign-ins-from-devices': { failures: 600, seconds: HOUR_SECONDS },
}

type Dependencies = {
  readonly floodLimiter: Pick<GuessLimiter, 'count'>
  /** The production choices unless given. */
  readonly accountQuotas?: Partial<Record<Quota, GuessLimit>> | undefined
}

export function createAccountQuotas({ floodLimiter, accountQuotas }: Dependencies): AccountQuotas {
  const quotas = { ...DEFAULT_ACCOUNT_QUOTAS, ...accountQuotas }
  return {
    spend: (userId, quota) =>
      floodLimiter.count([
        { hash: `account:${userId}`, field: quota, limit: toRateLimit(quota, quotas[quota]), isReset: false },
      ]),
  }
}

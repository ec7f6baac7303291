import type { Limits } from '../limits/create-limits.ts'
import { type GuessLimit, toRateLimit } from '../limits/guess-counter.ts'

/** Changes and sign-ins that leave something in the audit trail, in Redis or in a mailbox; the public names of their limits. */
export type Quota = 'profile-changes' | 'password-changes' | 'email-changes' | 'sign-ins'

/** Bounds how much one account leaves there. Each limit is far beyond what a person does, and only holders of the account count. */
export type AccountQuotas = {
  /** @throws `too_many_requests`: then nothing is counted */
  spend(userId: string, quota: Quota): Promise<void>
}

/** What tests put in place of the production choices. */
export type QuotaLimits = Partial<Readonly<Record<Quota, GuessLimit>>>

const HOUR_SECONDS = 3600
const DEFAULT_ACCOUNT_QUOTAS: Readonly<Record<Quota, GuessLimit>> = {
  'profile-changes': { failures: 60, seconds: HOUR_SECONDS },
  'password-changes': { failures: 20, seconds: HOUR_SECONDS },
  'email-changes': { failures: 20, seconds: HOUR_SECONDS },
  /** With the right password, on devices that were not known, or that have used up those of known ones. */
  'sign-ins': { failures: 600, seconds: HOUR_SECONDS },
}

type Dependencies = {
  readonly limits: Pick<Limits, 'floods'>
  /** The production choices unless given. */
  readonly accountQuotas?: QuotaLimits | undefined
}

export function createAccountQuotas({ limits, accountQuotas }: Dependencies): AccountQuotas {
  const quotas = { ...DEFAULT_ACCOUNT_QUOTAS, ...accountQuotas }
  return {
    spend: (userId, quota) =>
      limits.floods.count([
        { hash: `account:${userId}`, field: quota, limit: toRateLimit(quota, quotas[quota]), isReset: false },
      ]),
  }
}

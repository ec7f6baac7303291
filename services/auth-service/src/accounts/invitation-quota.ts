import type { Limits } from '../limits/create-limits.ts'
import { type GuessCounter, type GuessLimit, toRateLimit } from '../limits/guess-counter.ts'
import type { Caller } from './account-bound.ts'

/** Bounds the invitations of one caller, to any address, those that are withdrawn again included. */
export type InvitationQuota = {
  /** Counts what succeeds. @throws `too_many_requests` before `invite` is called, and what it throws */
  spend<Result>(caller: Caller, invite: () => Promise<Result>): Promise<Result>
}

const DAY_SECONDS = 24 * 3600
const LIMITS: Readonly<Record<Caller['kind'], GuessLimit>> = {
  user: { failures: 50, seconds: DAY_SECONDS },
  client: { failures: 1000, seconds: DAY_SECONDS },
}

type Dependencies = { readonly limits: Pick<Limits, 'floods'> }

export function createInvitationQuota({ limits: { floods } }: Dependencies): InvitationQuota {
  return {
    async spend(caller, invite) {
      const counters = [counterOf(caller)]
      // Before, so that parallel calls cannot pass together.
      await floods.count(counters)
      try {
        return await invite()
      } catch (error) {
        await floods.giveBack(counters).catch(() => {})
        throw error
      }
    },
  }
}

const counterOf = ({ id, kind }: Caller): GuessCounter => ({
  hash: `invitations:${kind}:${id}`,
  field: 'all',
  limit: toRateLimit('invitations', LIMITS[kind]),
  isReset: false,
})

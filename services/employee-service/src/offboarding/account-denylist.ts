import type { DeniedAccount } from './offboarding.ts'

/** The accounts whose tokens this process refuses. Each request looks here: synchronous, in memory. */
export type AccountDenylist = {
  /** Takes over a reading: every open offboarding, failed ones included, and some that are done. A `whole` reading replaces all that was known. */
  update(accounts: readonly DeniedAccount[], whole: boolean): void
  denies(userId: string, issuedAtSeconds: number): boolean
  readonly size: number
  readonly pending: number
  readonly failed: number
  /** When the oldest pending offboarding was requested. */
  readonly oldestPending: Date | undefined
}

export function createAccountDenylist(): AccountDenylist {
  /** Not done, and not refused by auth-service: every token is refused. */
  let open = new Set<string>()
  /** Done: tokens issued up to this second are refused. One number each, so that a month of them stays small. */
  const done = new Map<string, number>()
  let pending: readonly DeniedAccount[] = []
  let failed = 0

  return {
    update(accounts, whole) {
      if (whole) done.clear()
      for (const { userId, tokensUntil } of accounts) {
        if (userId !== null && tokensUntil !== null) done.set(userId, Math.max(tokensUntil, done.get(userId) ?? 0))
      }
      const unfinished = accounts.filter(({ tokensUntil }) => tokensUntil === null)
      const refused = unfinished.filter(({ goesOn }) => !goesOn).map(({ userId }) => userId)
      open = new Set(refused.filter((userId) => userId !== null))
      pending = unfinished.filter((account) => !account.failed)
      failed = unfinished.length - pending.length
    },

    denies(userId, issuedAtSeconds) {
      if (open.has(userId)) return true
      const until = done.get(userId)
      return until !== undefined && issuedAtSeconds <= until
    },

    get size() {
      return new Set([...open, ...done.keys()]).size
    },
    get pending() {
      return pending.length
    },
    get failed() {
      return failed
    },
    get oldestPending() {
      const times = pending.map(({ requestedAt }) => requestedAt.getTime())
      return times.length === 0 ? undefined : new Date(Math.min(...times))
    },
  }
}

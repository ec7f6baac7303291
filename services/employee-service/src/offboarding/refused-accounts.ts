import type { RefusedAccount } from './offboarding.ts'

/** Which accounts' tokens are refused, as far as this process knows. Looked up on each request: synchronous, in memory. */
export type RefusedAccounts = {
  /** Takes over what a reading has brought; a `whole` one makes everything else be forgotten. */
  learn(accounts: readonly RefusedAccount[], whole: boolean): void
  refuses(userId: string, issuedAtSeconds: number): boolean
  readonly size: number
  readonly pending: number
  readonly failed: number
  /** Since when the oldest pending one has been waiting. */
  readonly oldestPending: Date | undefined
}

export function createRefusedAccounts(): RefusedAccounts {
  /** Not done: refused whatever the token. Each reading brings all of them. */
  let open = new Set<string>()
  /** Done: refused up to this second of issue. A number each, so that a month of them stays small. */
  const done = new Map<string, number>()
  let pending: readonly RefusedAccount[] = []
  let failed = 0

  return {
    learn(accounts, whole) {
      if (whole) done.clear()
      for (const { userId, tokensUntil } of accounts) {
        if (tokensUntil !== null) done.set(userId, Math.max(tokensUntil, done.get(userId) ?? 0))
      }
      const unfinished = accounts.filter(({ tokensUntil }) => tokensUntil === null)
      open = new Set(unfinished.map(({ userId }) => userId))
      pending = unfinished.filter((account) => !account.failed)
      failed = unfinished.length - pending.length
    },

    refuses(userId, issuedAtSeconds) {
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

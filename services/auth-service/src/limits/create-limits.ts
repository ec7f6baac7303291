import type { SigningRing } from '@latchkey/access-token'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import type { RedisGate } from '../redis/redis-gate.ts'
import { createPseudonym, type Pseudonym } from './guess-counter.ts'
import { createGuessLimiter, type GuessLimiter } from './guess-limiter.ts'
import { createReachedLimits, type ReachedLimits } from './reached-limits.ts'

type Dependencies = {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly deadline: RedisDeadline
  readonly gate: Pick<RedisGate, 'assertOpen'>
  /** A ring that this service alone has. */
  readonly ring: () => SigningRing
  /** Epoch milliseconds in place of Redis's own clock. */
  readonly now?: (() => number) | undefined
}

/** One limiter for each kind of count. The counts of all replicas are one. */
export type Limits = {
  readonly passwords: GuessLimiter
  readonly clientSecrets: GuessLimiter
  /** Requests of networks, and what one account or one inviter leaves behind. */
  readonly floods: GuessLimiter
  /** Networks that this replica knows to have sent too many. */
  readonly reachedFloods: ReachedLimits
  readonly pseudonym: Pseudonym
}

export function createLimits({ ring, ...dependencies }: Dependencies): Limits {
  const limiter = (name: string): GuessLimiter => createGuessLimiter({ ...dependencies, name })
  return {
    passwords: limiter('passwords'),
    clientSecrets: limiter('client-secrets'),
    floods: limiter('floods'),
    reachedFloods: createReachedLimits(dependencies.now),
    pseudonym: createPseudonym(ring),
  }
}

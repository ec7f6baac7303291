import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { unavailable, withDeadline } from '@latchkey/problems'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import type { RedisGate } from '../redis/redis-gate.ts'
import { createScript, type Script } from '../redis/redis-script.ts'
import type { GuessCounter } from './guess-counter.ts'
import { tooManyRequests } from './too-many-requests.ts'

/** The counters of a guess. */
export type Guess = readonly GuessCounter[]

/** Limits guesses at secrets. The counts of all replicas are one. */
export type GuessLimiter = {
  /**
   * Checks a guess, unless a limit is reached: then nothing is counted. While the check runs the guess has a place in each of its
   * counters, so that parallel guesses cannot pass together. A wrong guess keeps that place; a right one, and one without
   * a result, gives it back. If this process or its connection to Redis fails, the place is free again after some seconds.
   *
   * @param guesses the counters to try, one after the other, until there is room
   * @param verify gets the place of those that had room
   * @returns whether the guess was right
   * @throws `too_many_requests`, with the last of `guesses`; `unavailable` when the guess was not checked and counted in time
   */
  check(guesses: readonly [Guess, ...Guess[]], verify: (place: number) => Promise<boolean>): Promise<boolean>
  /**
   * Counts a guess that was found wrong, or anything else that is bounded.
   * @throws `too_many_requests` where a limit is reached: then nothing is counted
   */
  count(counters: Guess): Promise<void>
  /** The same, for callers that have an error of their own. @returns ms until there is room; 0 where it was counted */
  tryCount(counters: Guess): Promise<number>
  /** Takes one of those counts back, for what failed after it was counted. */
  giveBack(counters: Guess): Promise<void>
}

type Options = {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly deadline: RedisDeadline
  readonly gate: Pick<RedisGate, 'assertOpen'>
  /** The kind of counts; part of their keys. */
  readonly name: string
  /** Epoch milliseconds in place of Redis's own clock. */
  readonly now?: (() => number) | undefined
}

/** A longer check has no result. It ends before the request's own deadline, so that 503 always means that nothing was counted. */
const CHECK_TIMEOUT_MS = 1400
/** Longer than a check and the commands around it. */
const RESERVED_MS = 5000

type Outcome = 'right' | 'wrong' | 'undecided'
type Refusal = { readonly place: number; readonly waitMs: number }

const read = (name: string): string => readFileSync(new URL(`lua/${name}.lua`, import.meta.url), 'utf8')

export function createGuessLimiter({ redis, keyPrefix, deadline, gate, name, ...options }: Options): GuessLimiter {
  const script = (step: string): Script =>
    createScript(redis, `${name}-${step}`, `${read('guess')}\n${read(step)}`, deadline)
  const run = { begin: script('begin'), settle: script('settle'), giveBack: script('give-back') }
  const key = `${keyPrefix}guess:{${name}}`
  const now = (): number | '' => options.now?.() ?? ''

  /** @param id of the reservation; without one the guess is counted */
  async function begin(guess: Guess, id: string): Promise<Refusal | undefined> {
    gate.assertOpen()
    const reply = (await run.begin(key, [now(), id, RESERVED_MS, ...guess.flatMap(toArguments)])) as BeginReply
    return reply[0] === 'refused' ? { place: reply[1], waitMs: reply[2] } : undefined
  }

  async function settle(guess: Guess, id: string, outcome: Outcome): Promise<void> {
    const reply = (await run.settle(key, [now(), id, outcome, ...guess.flatMap(toArguments)])) as [string]
    if (reply[0] === 'expired')
      throw unavailable(new Error('the reservation of a guess expired before the guess was counted'))
  }

  async function checkWithin(guess: Guess, id: string, verify: () => Promise<boolean>): Promise<boolean> {
    let isRight: boolean
    try {
      isRight = await withDeadline(verify(), CHECK_TIMEOUT_MS, {
        onMiss: () => unavailable(new Error('a guess was not checked in time')),
      })
    } catch (error) {
      // Without it the place is free again once it expires.
      settle(guess, id, 'undecided').catch(() => {})
      throw error
    }
    // The result is returned only once it is counted.
    await settle(guess, id, isRight ? 'right' : 'wrong')
    return isRight
  }

  async function check(
    [guess, ...others]: readonly [Guess, ...Guess[]],
    verify: (place: number) => Promise<boolean>,
    place = 0,
  ): Promise<boolean> {
    const id = randomBytes(9).toString('base64url')
    const refusal = await begin(guess, id)
    if (!refusal) return checkWithin(guess, id, () => verify(place))
    const [next, ...rest] = others
    if (next) return check([next, ...rest], verify, place + 1)
    throw tooManyGuesses(guess, refusal)
  }

  return {
    check,

    async count(counters) {
      const refusal = await begin(counters, '')
      if (refusal) throw tooManyGuesses(counters, refusal)
    },

    tryCount: async (counters) => (await begin(counters, ''))?.waitMs ?? 0,

    async giveBack(counters) {
      gate.assertOpen()
      await run.giveBack(key, [now(), ...counters.flatMap(toArguments)])
    },
  }
}

type BeginReply = ['admitted'] | ['refused', place: number, waitMs: number]

const toArguments = ({ hash, field, limit, capacity, isReset, countsRight }: GuessCounter): (string | number)[] => [
  hash,
  field,
  limit.quota,
  limit.windowSeconds * 1000,
  capacity?.fields ?? 0,
  capacity?.whenFull ?? '',
  countsRight ? 2 : isReset ? 1 : 0,
]

const tooManyGuesses = (guess: Guess, { place, waitMs }: Refusal): Error =>
  tooManyRequests(waitMs, guess[place - 1]?.limit)

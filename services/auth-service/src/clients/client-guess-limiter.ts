import { type GuessLimit, inTable, type Pseudonym, toRateLimit } from '../limits/guess-counter.ts'
import type { GuessLimiter } from '../limits/guess-limiter.ts'
import { networkOf } from '../limits/network-of.ts'

export type ClientGuessLimits = {
  /** For one client from one network. */
  readonly clientFromNetwork: GuessLimit
  /** From one network at any client. */
  readonly network: GuessLimit
}

/** A wrong secret, of a client that may not exist. */
export type ClientGuess = { readonly clientId: string; readonly address: string }

/**
 * Limits wrong secrets of clients only. Secrets are random, so guessers cannot find one: a right one is accepted without a check of the
 * counts, whatever others guess.
 */
export type ClientGuessLimiter = {
  /** Counts a wrong secret. @throws `too_many_requests` where a limit is reached: then nothing is counted */
  failed(guess: ClientGuess): Promise<void>
}

/** Programs do not mistype: a minute is long for a guesser, and short for a service that got its new secret late. */
export const DEFAULT_CLIENT_GUESS_LIMITS: ClientGuessLimits = {
  clientFromNetwork: { failures: 30, seconds: 60 },
  network: { failures: 300, seconds: 60 },
}

type Dependencies = {
  readonly limiter: Pick<GuessLimiter, 'count'>
  readonly pseudonym: Pseudonym
  readonly limits: ClientGuessLimits
}

export function createClientGuessLimiter({ limiter, pseudonym, limits }: Dependencies): ClientGuessLimiter {
  const clientFromNetwork = toRateLimit('client-from-network', limits.clientFromNetwork)
  const network = toRateLimit('network', limits.network)
  return {
    failed({ clientId, address }) {
      const from = networkOf(address)
      return limiter.count([
        {
          ...inTable('clients-from-networks', pseudonym(`${from} ${clientId}`)),
          limit: clientFromNetwork,
          isReset: false,
        },
        { ...inTable('networks', pseudonym(from)), limit: network, isReset: false },
      ])
    },
  }
}

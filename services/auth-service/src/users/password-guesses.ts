import type { RateLimit } from '@latchkey/problems'
import type { Standing } from '../limits/admission.ts'
import {
  fieldOf,
  type GuessCounter,
  type GuessLimit,
  inTable,
  type Pseudonym,
  toRateLimit,
} from '../limits/guess-counter.ts'
import type { Guess, GuessLimiter } from '../limits/guess-limiter.ts'
import { networkOf } from '../limits/network-of.ts'

export type PasswordLimits = {
  /** For one account from anywhere, but from devices that it knows (NIST SP 800-63B-4 §3.2.2: at most 100). */
  readonly account: GuessLimit
  /** For one account from one network: what a guesser meets first. */
  readonly accountFromNetwork: GuessLimit
  /** From one network at any account: a spray of one password over many. */
  readonly network: GuessLimit
  /** For one account from one device that it knows. */
  readonly device: GuessLimit
  /** In one session, or with one mailed link, of the account. */
  readonly holder: GuessLimit
  /** In all sessions and with all links of one account. */
  readonly holders: GuessLimit
  /** Right ones there: a check comes before the work of others, and holders of the right password must leave them some. */
  readonly checks: GuessLimit
  /** Right ones from devices that the account knows, before it counts as one that it does not. */
  readonly signInsFromDevices: GuessLimit
}

const MINUTE = 60
const HOUR = 60 * MINUTE

export const DEFAULT_PASSWORD_LIMITS: PasswordLimits = {
  account: { failures: 100, seconds: HOUR },
  accountFromNetwork: { failures: 50, seconds: 15 * MINUTE },
  network: { failures: 1000, seconds: 15 * MINUTE },
  device: { failures: 10, seconds: HOUR },
  holder: { failures: 10, seconds: HOUR },
  holders: { failures: 100, seconds: HOUR },
  checks: { failures: 60, seconds: HOUR },
  signInsFromDevices: { failures: 600, seconds: HOUR },
}

/** Of one account at a time: stolen devices beyond these add no guesses. */
const KNOWN_DEVICES = 5

export type SignInAttempt = {
  /** The account that has the name; undefined where none has. */
  readonly userId: string | undefined
  /** As names are compared. */
  readonly name: string
  readonly address: string
  /** Proved to be one that the account was signed in on. */
  readonly knownDeviceId?: string | undefined
}

type Verify = () => Promise<boolean>

/**
 * Checks passwords within limits. Known devices, live sessions and mailed links have guesses of their own, which a caller who proves
 * less cannot use up.
 */
export type PasswordGuesses = {
  /**
   * At sign-in. A known device without guesses left counts as an unknown one. Names without an account are limited in the same
   * way, so that the answers do not distinguish them.
   * @param verify gets the standing of the caller
   * @returns whether the password was right
   * @throws `too_many_requests`
   */
  atSignIn(attempt: SignInAttempt, verify: (standing: Standing) => Promise<boolean>): Promise<boolean>
  /** By the holder of a live session of the account. @throws `too_many_requests` */
  inSession(session: { readonly userId: string; readonly sid: string }, verify: Verify): Promise<boolean>
  /** By the holder of a mailed link of the account. @throws `too_many_requests` */
  withLink(link: { readonly userId: string; readonly id: string }, verify: Verify): Promise<boolean>
}

type Dependencies = {
  readonly limiter: GuessLimiter
  readonly pseudonym: Pseudonym
  readonly limits: PasswordLimits
}

export function createPasswordGuesses({ limiter, pseudonym, limits }: Dependencies): PasswordGuesses {
  const limit: Record<keyof PasswordLimits, RateLimit> = {
    account: toRateLimit('account', limits.account),
    accountFromNetwork: toRateLimit('account-from-network', limits.accountFromNetwork),
    network: toRateLimit('network', limits.network),
    device: toRateLimit('device', limits.device),
    holder: toRateLimit('holder', limits.holder),
    holders: toRateLimit('holders', limits.holders),
    checks: toRateLimit('password-checks', limits.checks),
    signInsFromDevices: toRateLimit('sign-ins-from-devices', limits.signInsFromDevices),
  }

  /** Counters of an account are never evicted: its own limit bounds the number of networks. Those of invented names are. */
  function fromAnywhere({ userId, name, address }: SignInAttempt): Guess {
    const network = pseudonym(networkOf(address))
    const [account, accountFromNetwork] =
      userId === undefined
        ? [
            inTable('names', pseudonym(name)),
            inTable('names-from-networks', pseudonym(`${networkOf(address)} ${name}`)),
          ]
        : [ofAccount(userId, 'all'), ofAccount(userId, fieldOf(network))]
    return [
      { ...accountFromNetwork, limit: limit.accountFromNetwork, isReset: true },
      { ...account, limit: limit.account, isReset: true },
      { ...inTable('networks', network), limit: limit.network, isReset: false },
    ]
  }

  const fromDevice = (userId: string, deviceId: string): Guess => [
    {
      hash: `devices:${userId}`,
      field: deviceId,
      capacity: { fields: KNOWN_DEVICES, whenFull: 'refuse' },
      limit: limit.device,
      isReset: true,
    },
    { hash: `right:${userId}`, field: 'devices', limit: limit.signInsFromDevices, isReset: false, countsRight: true },
  ]

  /** @param field of what is held */
  const byHolder = (userId: string, field: string): Guess => [
    { hash: `holders:${userId}`, field, limit: limit.holder, isReset: true },
    { hash: `holders:${userId}`, field: 'all', limit: limit.holders, isReset: true },
    { hash: `right:${userId}`, field: 'holders', limit: limit.checks, isReset: false, countsRight: true },
  ]

  return {
    atSignIn(attempt, verify) {
      const { userId, knownDeviceId } = attempt
      const asStranger = fromAnywhere(attempt)
      if (userId === undefined || knownDeviceId === undefined) {
        return limiter.check([asStranger], () => verify('stranger'))
      }
      // A device without guesses left has the standing of a stranger.
      return limiter.check([fromDevice(userId, knownDeviceId), asStranger], (place) =>
        verify(place === 0 ? 'known_device' : 'stranger'),
      )
    },
    inSession: ({ userId, sid }, verify) => limiter.check([byHolder(userId, `session ${sid}`)], verify),
    withLink: ({ userId, id }, verify) => limiter.check([byHolder(userId, `link ${id}`)], verify),
  }
}

const ofAccount = (userId: string, field: string): Pick<GuessCounter, 'hash' | 'field'> => ({
  hash: `account:${userId}`,
  field,
})

import type { Log } from '@latchkey/problems'
import type { Limits } from '../limits/create-limits.ts'
import { createBreachedPasswords } from './breached-passwords.ts'
import {
  createPasswordGuesses,
  DEFAULT_PASSWORD_LIMITS,
  type PasswordGuesses,
  type PasswordLimits,
} from './password-guesses.ts'
import { createPasswordHasher, type PasswordHasher, type PasswordHasherOptions } from './password-hasher.ts'
import { createPasswordPolicy, type PasswordPolicy } from './password-policy.ts'
import { createPasswordStrength, type PasswordStrength } from './password-strength.ts'

export type PasswordSettings = {
  /** In characters. */
  readonly minLength: number
  /** Words of the company and the product, which count as guessable. */
  readonly contextWords: readonly string[]
  /** Of a range service for breached passwords. */
  readonly breachedUrl: string | undefined
}

type Dependencies = {
  readonly limits: Pick<Limits, 'passwords' | 'pseudonym'>
  readonly log: Pick<Log, 'warn'>
  readonly passwords: PasswordSettings
  /** The production choices unless given. */
  readonly passwordHashing?: PasswordHasherOptions | undefined
  readonly passwordLimits?: Partial<PasswordLimits> | undefined
  readonly passwordStrength?: PasswordStrength | undefined
}

/** What passwords are set and checked with. `strength` is to be loaded and closed. */
export type Users = {
  readonly hasher: PasswordHasher
  readonly policy: PasswordPolicy
  readonly strength: PasswordStrength
  readonly guesses: PasswordGuesses
}

export function createUsers(dependencies: Dependencies): Users {
  const { limits, log, passwords, passwordHashing, passwordLimits } = dependencies
  const { passwordStrength: strength = createPasswordStrength() } = dependencies
  const { minLength, contextWords, breachedUrl } = passwords
  const breached = breachedUrl === undefined ? undefined : createBreachedPasswords(breachedUrl, log)
  return {
    hasher: createPasswordHasher(passwordHashing),
    policy: createPasswordPolicy({ minLength, contextWords, strength, breached }),
    strength,
    guesses: createPasswordGuesses({
      limiter: limits.passwords,
      pseudonym: limits.pseudonym,
      limits: { ...DEFAULT_PASSWORD_LIMITS, ...passwordLimits },
    }),
  }
}

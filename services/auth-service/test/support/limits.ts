import { DEFAULT_PASSWORD_LIMITS, type PasswordLimits } from '../../src/users/password-guesses.ts'

/** The same limit for every kind of guess at a password. */
export function limitsOf(failures: number, seconds = 60): PasswordLimits {
  const names = Object.keys(DEFAULT_PASSWORD_LIMITS)
  // One for each name of the default.
  return Object.fromEntries(names.map((name) => [name, { failures, seconds }])) as PasswordLimits
}

/** For tests of something else that guess a lot. */
export const NO_LIMITS = limitsOf(1_000_000)

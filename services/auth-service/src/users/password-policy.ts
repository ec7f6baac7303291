import { createAdmission, type Standing } from '../limits/admission.ts'
import type { BreachedPasswords } from './breached-passwords.ts'
import { MIN_WORD_LENGTH, namesOf, normalizePassword, type PasswordOwner, plainObjection } from './password-rules.ts'
import type { PasswordStrength } from './password-strength.ts'
import { uniqueKey } from './user.ts'

export type PasswordPolicy = {
  /**
   * Why this password is refused, in words for its owner; undefined when it is good.
   * @param standing of who asks, which decides whose turn it is; a `stranger` unless given
   * @throws `unavailable` when it can't be checked in time
   */
  objection(password: string, owner: PasswordOwner, standing?: Standing): Promise<string | undefined>
}

export type PasswordPolicyOptions = {
  /** In characters (code points). */
  readonly minLength: number
  /** Words of the company, the product and its host, which count as guessable. */
  readonly contextWords?: readonly string[]
  readonly strength: Pick<PasswordStrength, 'isGuessable'>
  readonly breached?: BreachedPasswords | undefined
}

/** Of each standing. */
const PLACES = 16
/** With the hash that follows, the answer is there before the caller gives up. */
const MAX_WAIT_MS = 700

/** NIST SP 800-63B-4 §3.1.1.2: a minimum length, a blocklist, no composition rules. */
export function createPasswordPolicy({
  minLength,
  contextWords = [],
  strength,
  breached,
}: PasswordPolicyOptions): PasswordPolicy {
  const companyWords = wordsOf(contextWords)

  const { admit } = createAdmission({
    what: 'password check',
    concurrency: 1,
    places: PLACES,
    maxWaitMs: MAX_WAIT_MS,
  })

  return {
    // What costs nothing comes first.
    async objection(password, owner, standing = 'stranger') {
      const normalized = normalizePassword(password)
      const plain = plainObjection(normalized, owner, minLength)
      if (plain !== undefined) return plain
      const question = { password: normalized, words: [...wordsOf(namesOf(owner)), ...companyWords] }
      if (await admit(standing, () => strength.isGuessable(question))) return 'is too common or too easy to guess'
      if (await breached?.has(normalized)) return 'is known from a data breach'
      return undefined
    },
  }
}

/** The names, their parts, and the parts together, with and without accents: `José Ríos` is also `jose`, `rios`, `joserios`. */
function wordsOf(names: readonly string[]): string[] {
  const words = names.flatMap((name) => {
    const parts = name.split(/[^\p{L}\p{M}\p{N}]+/u)
    return [name, ...parts, parts.join('')]
  })
  const variants = words
    .filter((word) => word.length >= MIN_WORD_LENGTH)
    .flatMap((word) => [word, withoutAccents(word)])
  return [...new Set(variants.map(uniqueKey))]
}

const withoutAccents = (word: string): string => word.normalize('NFD').replace(/\p{M}/gu, '')

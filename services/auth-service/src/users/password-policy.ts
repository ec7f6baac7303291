import { extname } from 'node:path'
import { Piscina } from 'piscina'
import { createAdmission, type Standing } from '../limits/admission.ts'
import type { BreachedPasswords } from './breached-passwords.ts'
import { MIN_WORD_LENGTH, namesOf, normalizePassword, type PasswordOwner, plainObjection } from './password-rules.ts'
import type { StrengthQuestion } from './password-strength-worker.ts'
import { uniqueKey } from './user.ts'

export type PasswordPolicy = {
  /**
   * Why this password is refused, in words for its owner; undefined when it is good.
   * @param standing of who asks, which decides whose turn it is; a `stranger` unless given
   * @throws `unavailable` when it can't be checked in time
   */
  objection(password: string, owner: PasswordOwner, standing?: Standing): Promise<string | undefined>
  /** The dictionaries are loaded: the first caller need not wait for it. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

export type PasswordPolicyOptions = {
  /** In characters (code points). */
  readonly minLength: number
  /** Words of the company, the product and its host, which count as guessable. */
  readonly contextWords?: readonly string[]
  readonly breached?: BreachedPasswords | undefined
}

/** Of each standing. */
const PLACES = 16
/** With the hash that follows, the answer is there before the caller gives up. */
const MAX_WAIT_MS = 700

/**
 * NIST SP 800-63B-4 §3.1.1.2: a minimum length, a blocklist, no composition rules. Estimating takes CPU, so it has a thread of its own.
 * One for all: the dictionaries of a second one for strangers would take as much memory again, and on a busy machine both would share a
 * core. As others come first, a stranger costs them the rest of one estimate at most.
 */
export function createPasswordPolicy({
  minLength,
  contextWords = [],
  breached,
}: PasswordPolicyOptions): PasswordPolicy {
  const worker = new Piscina<StrengthQuestion, boolean>({
    filename: new URL(`./password-strength-worker${extname(import.meta.filename)}`, import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
  })
  const ready = worker.run({ password: 'warm up', words: [] }).then(() => {})
  ready.catch(() => {})
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
      if (await admit(standing, () => worker.run(question))) return 'is too common or too easy to guess'
      if (await breached?.has(normalized)) return 'is known from a data breach'
      return undefined
    },
    ready,
    close: () => worker.close({ force: true }),
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

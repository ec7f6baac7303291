import { extname } from 'node:path'
import { unavailable } from '@latchkey/problems'
import { Piscina } from 'piscina'
import type { BreachedPasswords } from './breached-passwords.ts'
import type { StrengthQuestion } from './password-strength-worker.ts'

/** Names of the owner, which a guesser tries first. */
export type PasswordOwner = { readonly email: string; readonly username: string; readonly fullName?: string | null }

export type PasswordPolicy = {
  /**
   * Why this password is refused, in words for its owner; undefined when it is good.
   * @throws 503 when too many passwords wait to be checked
   */
  objection(password: string, owner: PasswordOwner): Promise<string | undefined>
  /** The dictionaries are loaded: the first caller need not wait for it. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

export type PasswordPolicyOptions = {
  /** In characters (code points). */
  readonly minLength: number
  /** Words of the company, the product and its host, which count as guessable. */
  readonly contextWords?: readonly string[]
  readonly breached?: BreachedPasswords
}

/** A hard maximum, before anything costly is done. */
export const PASSWORD_MAX_BYTES = 256
/** zxcvbn's scale from 0 to 4. At 4 a guesser who knows the dictionaries needs more than 10^10 tries. */
const MIN_STRENGTH = 4
/** Passwords that wait for the one thread; at some 50 ms each the last of them is still answered in time. */
const MAX_WAITING = 20

/** One form of a password for setting and checking alike, whatever keyboard it was typed on. */
export const normalizePassword = (password: string): string => password.normalize('NFKC')

/** NIST SP 800-63B-4 §3.1.1.2: a minimum length, a blocklist, no composition rules. Estimating takes CPU, so it has a thread of its own. */
export function createPasswordPolicy({
  minLength,
  contextWords = [],
  breached,
}: PasswordPolicyOptions): PasswordPolicy {
  const worker = new Piscina<StrengthQuestion, number>({
    filename: new URL(`./password-strength-worker${extname(import.meta.filename)}`, import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
    maxQueue: MAX_WAITING,
  })
  const ready = worker.run({ password: 'warm up', words: [] }).then(() => {})
  ready.catch(() => {})

  async function strengthOf(question: StrengthQuestion): Promise<number> {
    if (worker.queueSize >= MAX_WAITING) throw unavailable(new Error('the queue for password checks is full'))
    return worker.run(question)
  }

  return {
    ready,
    async objection(password, owner) {
      const normalized = normalizePassword(password)
      if ([...normalized].length < minLength) return `must have at least ${minLength} characters`
      if (Buffer.byteLength(normalized) > PASSWORD_MAX_BYTES) return `must have at most ${PASSWORD_MAX_BYTES} bytes`
      const names = namesOf(owner)
      if (names.some((name) => name.toLowerCase() === normalized.toLowerCase())) {
        return 'must not be the e-mail address or the user name'
      }
      const words = [...contextWords, ...names, ...names.flatMap(partsOf)]
      if ((await strengthOf({ password: normalized, words })) < MIN_STRENGTH)
        return 'is too common or too easy to guess'
      if (await breached?.has(normalized)) return 'is known from a data breach'
      return undefined
    },
    close: () => worker.close({ force: true }),
  }
}

function namesOf({ email, username, fullName }: PasswordOwner): string[] {
  const mailbox = email.slice(0, email.lastIndexOf('@'))
  return [email, mailbox, username, ...(fullName ? [fullName] : [])]
}

/** `ada.lovelace@example.com` is also `ada`, `lovelace`, `example`. */
const partsOf = (name: string): string[] => name.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length > 2)

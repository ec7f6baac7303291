import { extname } from 'node:path'
import { Piscina } from 'piscina'
import type { StrengthQuestion } from './password-strength-worker.ts'

export type PasswordPolicy = {
  /** Why this password is refused, to stand after "The password"; undefined when it is acceptable. */
  objection(password: string, about: { email: string; username: string }): Promise<string | undefined>
  /** Resolves once the dictionaries are loaded, which the first call would wait for. */
  readonly ready: Promise<void>
  close(): Promise<void>
}

const MAX_BYTES = 256
/** zxcvbn's scale from 0 to 4; below 3 an offline attacker has it within 10^8 guesses. */
const MIN_STRENGTH = 3

/** One form of a password for setting and checking, on every keyboard. */
export const normalizePassword = (password: string): string => password.normalize('NFKC')

/**
 * NIST SP 800-63B-4 §3.1.1.2: a minimum length, a blocklist, no composition rules. An estimate of strength takes up to some
 * hundred milliseconds of CPU, so it has a thread of its own.
 */
export function createPasswordPolicy({ minLength }: { minLength: number }): PasswordPolicy {
  const worker = new Piscina<StrengthQuestion, number>({
    filename: new URL(`./password-strength-worker${extname(import.meta.filename)}`, import.meta.url).href,
    minThreads: 1,
    maxThreads: 1,
    maxQueue: 64,
  })
  const ready = worker.run({ password: 'warm up', own: [] }).then(() => {})
  ready.catch(() => {})
  return {
    ready,
    async objection(password, { email, username }) {
      const normalized = normalizePassword(password)
      if ([...normalized].length < minLength) return `must have at least ${minLength} characters`
      if (Buffer.byteLength(normalized) > MAX_BYTES) return `must have at most ${MAX_BYTES} bytes`
      const mailbox = email.slice(0, email.lastIndexOf('@'))
      const lowerCase = normalized.toLowerCase()
      if ([email, mailbox, username].some((own) => own.toLowerCase() === lowerCase)) {
        return 'must not be the e-mail address or the user name'
      }
      const strength = await worker.run({ password: normalized, own: [email, mailbox, username] })
      return strength < MIN_STRENGTH ? 'is too common or too easy to guess' : undefined
    },
    close: () => worker.close({ force: true }),
  }
}

import { BadSetting, parseList } from '@latchkey/service-kit/settings'
import { uniqueKey } from './user.ts'

/** Whose password it is. A guesser tries these names first. */
export type PasswordOwner = { readonly email: string; readonly username: string; readonly fullName?: string | null }

/** Longest password in UTF-8, after NFKC: a hard maximum, before anything costly is done. */
export const PASSWORD_MAX_BYTES = 256

/** One form of a password for setting and checking alike, whatever keyboard it was typed on. */
export const normalizePassword = (password: string): string => password.normalize('NFKC')

/**
 * What the rules say that cost nothing, in words that follow "the password"; undefined when it is left to an estimate of its strength.
 * @param normalized by {@link normalizePassword}
 * @param minLength in characters (code points)
 */
export function plainObjection(normalized: string, owner: PasswordOwner, minLength: number): string | undefined {
  if ([...normalized].length < minLength) return `must have at least ${minLength} characters`
  if (Buffer.byteLength(normalized) > PASSWORD_MAX_BYTES) return `must have at most ${PASSWORD_MAX_BYTES} bytes`
  const isName = namesOf(owner).some((name) => uniqueKey(name) === uniqueKey(normalized))
  return isName ? 'must not be the e-mail address or a name of its owner' : undefined
}

export function namesOf({ email, username, fullName }: PasswordOwner): string[] {
  const mailbox = email.slice(0, email.lastIndexOf('@'))
  return [email, mailbox, username, ...(fullName ? [fullName] : [])]
}

/** Shorter words are in too many good passwords to count as guessable. */
export const MIN_WORD_LENGTH = 3
const MAX_WORD_LENGTH = 200

/** Words of a company. @throws {BadSetting} for those that would have no effect */
export function parseContextWords(text: string): string[] {
  const words = parseList(text)
  if (words.some(({ length }) => length < MIN_WORD_LENGTH || length > MAX_WORD_LENGTH)) {
    throw new BadSetting(`must list words of ${MIN_WORD_LENGTH} to ${MAX_WORD_LENGTH} characters`)
  }
  return words
}

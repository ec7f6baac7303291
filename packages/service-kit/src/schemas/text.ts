import { LINE, VISIBLE_LINE } from '@latchkey/problems'
import { type TString, type TStringOptions, Type } from 'typebox'

// Under the `u` flag \p{Cs} finds lone surrogates only, which no UTF-8 database can hold.
const ANY_TEXT = '^[^\\0\\p{Cs}]*$'

/**
 * Options of a text schema. `x-message` replaces the message of a failed pattern or format. `x-normalize` says what is done with the text
 * before it is checked: `trim` takes outer spaces off, `email` makes it the address that is stored; `typed` and `typed-email` also take off
 * what nobody types who means a name to sign in with.
 */
export type TextOptions = TStringOptions & {
  'x-message'?: string
  'x-normalize'?: 'trim' | 'email' | 'typed' | 'typed-email'
}

/**
 * One line of text for people: a name, a title. Refuses control characters, line separators, lone surrogates and characters that
 * show nothing, and, unless `minLength: 0` is given, text without a visible character.
 *
 * @param maxLength in characters (code points)
 */
export function Text(maxLength = 200, options: TextOptions = {}): TString {
  const minLength = options.minLength ?? 1
  return Type.String({
    pattern: minLength === 0 ? LINE : VISIBLE_LINE,
    'x-message':
      minLength === 0
        ? 'must be one line of text without control or invisible characters'
        : 'must be one line of text without control or invisible characters, and not blank',
    ...options,
    minLength,
    maxLength,
  })
}

/** Any Unicode text, line breaks too, except NUL and lone surrogates: a passphrase, a note. Length in code points. */
export function AnyText(maxLength: number, options: TextOptions = {}): TString {
  return Type.String({
    pattern: ANY_TEXT,
    'x-message': 'must be well-formed text without NUL characters',
    ...options,
    maxLength,
  })
}

/** An e-mail address (RFC 5321), at most 254 characters; see `normalizeEmail`. The part before the @ is ASCII: few servers accept more. */
export function Email(options: TextOptions = {}): TString {
  return Type.String({
    format: 'email',
    maxLength: 254,
    'x-normalize': 'email',
    'x-message': 'must be an e-mail address, with ASCII only before the @',
    ...options,
  })
}

/** A UUID in its usual form (RFC 9562), any version. */
export function Uuid(options: TextOptions = {}): TString {
  return Type.String({ format: 'uuid', ...options })
}

/** A calendar date, `2024-02-29` (RFC 3339 full-date). */
export function CalendarDate(options: TextOptions = {}): TString {
  return Type.String({ format: 'date', ...options })
}

/** An instant, `2024-02-29T12:00:00Z` (RFC 3339 date-time). */
export function Instant(options: TextOptions = {}): TString {
  return Type.String({ format: 'date-time', ...options })
}

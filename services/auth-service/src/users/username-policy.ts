import { uniqueKey } from './user.ts'
import { usernameLook } from './username-look.ts'

/** Names that a reader takes for the operator's own, beside those that RFC 2142 gives to every host. */
const RESERVED = new Set(
  (
    'admin administrator root superuser system sysadmin operator moderator staff hr latchkey support help helpdesk ' +
    'info security abuse noc postmaster hostmaster webmaster mailerdaemon noreply donotreply'
  ).split(' '),
)

/** Scripts in everyday use (UAX 31, table 5). Most letters that were made to look like others belong to the rest. */
const SCRIPTS = (
  'Arab Armn Beng Bopo Cyrl Deva Ethi Geor Grek Gujr Guru Hang Hani Hebr ' +
  'Hira Kana Khmr Knda Laoo Latn Mlym Mymr Orya Sinh Taml Telu Thaa Thai Tibt'
).split(' ')
/** Scripts that names of one language mix (UTS 39, section 5.2: highly restrictive). */
const MIXTURES = [
  ['Latn', 'Hani', 'Hira', 'Kana'],
  ['Latn', 'Hani', 'Bopo'],
  ['Latn', 'Hani', 'Hang'],
]
const writtenIn = (scripts: readonly string[]): RegExp =>
  new RegExp(`^[\\p{scx=Zyyy}\\p{scx=Zinh}${scripts.map((script) => `\\p{scx=${script}}`).join('')}]*$`, 'u')
const WRITINGS = [...SCRIPTS.map((script) => writtenIn([script])), ...MIXTURES.map(writtenIn)]

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u
/** Joiners, and letters or digits with at most four marks each (UTS 39, section 5.4). */
const WELL_FORMED = /^(?:[._'+-]|[\p{L}\p{N}]\p{M}{0,4})+$/u

/**
 * Why an account cannot get this user name, in words that follow it; undefined when it is good. Its letters are of one script, so that
 * none of a second alphabet makes it look like another name. Names of before this rule stay as they are.
 */
export function usernameObjection(username: string): string | undefined {
  const key = uniqueKey(username)
  if (INVISIBLE.test(username)) return 'must not have invisible characters'
  if (!/[\p{L}\p{N}]/u.test(key)) return 'must have a letter or a digit'
  if (!WELL_FORMED.test(key)) return "must consist of letters, digits and . _ ' + -"
  if (!WRITINGS.some((writing) => writing.test(key))) return 'must not mix letters of several alphabets'
  if (RESERVED.has(usernameLook(username).replace(/[._'+-]/g, ''))) return 'is reserved'
  return undefined
}

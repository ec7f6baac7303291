import { uniqueKey } from './user.ts'

/**
 * Letters that look like those of `a` to `z`: UTS 39, confusables, in lower case, of the alphabets that have many of them. A name in one
 * alphabet can still look like one in another: `сара`, in Cyrillic, like `capa`. Digits and letters of ASCII are told apart by people.
 *
 * The migration 0012 fills the column with the same table: a change here needs another migration.
 */
const LOOK_ALIKES: Record<string, string> = {
  a: 'ɑαа',
  c: 'сᴄ',
  d: 'ԁ',
  e: 'еҽꬲ',
  f: 'քẝꞙꬵ',
  g: 'ƍɡցᶃ',
  h: 'һհ',
  i: 'ıɩɪιіӏꙇ',
  j: 'ϳј',
  l: 'ǀ',
  n: 'ոռ',
  o: 'οσоօᴏᴑꬽ',
  p: 'ρр',
  q: 'ԛգզ',
  r: 'гᴦꭇꭈ',
  s: 'ƽѕꜱ',
  u: 'ʋυսᴜꞟꭎꭒ',
  v: 'νѵᴠ',
  w: 'ɯѡԝաᴡ',
  x: 'х',
  y: 'ɣʏγуүᶌỿꭚ',
  z: 'ᴢ',
}
const LETTERS = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([letter, others]) => [...others].map((each) => [each, letter] as const)),
)

/** What a user name looks like. No two accounts share it, but for those that did before this was compared. */
export const usernameLook = (username: string): string =>
  [...uniqueKey(username)].map((character) => LETTERS.get(character) ?? character).join('')

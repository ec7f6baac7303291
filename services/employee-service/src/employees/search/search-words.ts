// The characters named here are those of the functions that migration 0006 made. That migration was released and has its own
// copy of them, frozen: to change what is indexed takes a new migration, and then this file.

/** One word of a search, and how an index finds it. */
export type SearchWord = { readonly text: string; readonly keys: IndexKeys }

/** What has to be in the index of trigrams (all of them, or any) or in that of pairs (all of them). */
type IndexKeys =
  | { readonly kind: 'trigrams'; readonly all: readonly string[] }
  | PairKeys
  | { readonly kind: 'pairs'; readonly all: readonly string[] }
export type PairKeys = { readonly kind: 'pair'; readonly pair: string; readonly any: readonly string[] }

/** A character for which a word is in the index of pairs. */
export const UNUSUAL = /[^a-z0-9 .@-]/
/** The index of trigrams has digits in place of these symbols, at which pg_trgm would end a word. */
const SYMBOL_DIGITS = new Map([
  ['.', '0'],
  ['@', '1'],
  ['-', '2'],
])
/** What may follow two characters in a trigram: a space stands for the end of the word. */
const FOLLOWERS = [...'abcdefghijklmnopqrstuvwxyz0123456789 ']
/** More keys than so many narrow nothing down. */
const MOST_KEYS = 32
/** Most employees have most letters, and each takes its time: the rarest of so many are enough. */
const MOST_CHARACTERS = 6
/** From the rarest on; what is not here is rarer still. Every e-mail has the last ones. */
const FREQUENT_CHARACTERS = 'zqjxkvwybfgp0123456789mucdlhrsnioate.@'

/** The words of a folded search, the longest first, without those that are part of another one. */
export function searchWordsOf(folded: string): SearchWord[] {
  const words = folded.split(/\s+/).filter(Boolean)
  const byLength = words.toSorted((a, b) => b.length - a.length)
  const needed = byLength.filter((word, n) => !byLength.slice(0, n).some((longer) => longer.includes(word)))
  return needed.map((text) => ({ text, keys: keysOf(text) }))
}

/** The trigrams of all words, and the rarest of those that are a single character. */
export function commonKeysOf(words: readonly SearchWord[]): string[] {
  const keys = words.map(({ keys }) => (keys.kind === 'trigrams' ? keys.all : []))
  const trigrams = keys.flat().filter((key) => [...key].length > 1)
  const characters = keys.flat().filter((key) => [...key].length === 1)
  const rarest = characters.toSorted((a, b) => FREQUENT_CHARACTERS.indexOf(a) - FREQUENT_CHARACTERS.indexOf(b))
  return [...some(trigrams), ...rarest.slice(0, MOST_CHARACTERS)]
}

function keysOf(word: string): IndexKeys {
  const characters = [...word]
  // A single character is among the trigrams as it is.
  if (characters.length === 1) return { kind: 'trigrams', all: characters }
  const runs = word.replace(/[.@-]/g, (symbol) => SYMBOL_DIGITS.get(symbol) ?? symbol).match(/[a-z0-9]{2,}/g) ?? []
  const trigrams = runs.flatMap((run) => neighbours([...run], 3))
  if (trigrams.length > 0) return { kind: 'trigrams', all: some(trigrams) }
  if (UNUSUAL.test(word)) return { kind: 'pairs', all: some(neighbours(characters, 2)) }
  const [pair = ''] = runs
  return { kind: 'pair', pair: word, any: FOLLOWERS.map((next) => pair + next) }
}

/** Every `count` characters that stand next to each other. */
function neighbours(characters: readonly string[], count: number): string[] {
  const starts = characters.slice(0, Math.max(0, characters.length - count + 1))
  return starts.map((_, start) => characters.slice(start, start + count).join(''))
}

const some = (keys: readonly string[]): string[] => [...new Set(keys)].slice(0, MOST_KEYS)

/** One word of a search, and how an index finds it. */
export type SearchWord = { readonly text: string; readonly keys: IndexKeys }

/** What has to be in the index of trigrams (all of them, or any) or in that of pairs (all of them). */
export type IndexKeys =
  | { readonly kind: 'trigrams'; readonly all: readonly string[] }
  | { readonly kind: 'pair'; readonly pair: string; readonly any: readonly string[] }
  | { readonly kind: 'pairs'; readonly all: readonly string[] }

/** What the words in the index of pairs have in them; as that index has it. */
export const UNUSUAL = /[^a-z0-9 .@-]/
/** Signs that are digits in the index of trigrams. */
const SIGNS = new Map([
  ['.', '0'],
  ['@', '1'],
  ['-', '2'],
])
/** What may follow two characters in a trigram: a space stands for the end of the word. */
const FOLLOWERS = [...'abcdefghijklmnopqrstuvwxyz0123456789 ']
/** More keys than so many make nothing more exact. */
const MOST_KEYS = 32

/**
 * The words of a folded search, the longest first. Each has to be found somewhere; one that is part of another needs no
 * look of its own.
 */
export function searchWordsOf(folded: string): SearchWord[] {
  const words = folded.split(/\s+/).filter(Boolean)
  const byLength = words.toSorted((a, b) => b.length - a.length)
  const needed = byLength.filter((word, n) => !byLength.slice(0, n).some((longer) => longer.includes(word)))
  return needed.map((text) => ({ text, keys: keysOf(text) }))
}

function keysOf(word: string): IndexKeys {
  const characters = [...word]
  // A single character is among the trigrams as it is.
  if (characters.length === 1) return { kind: 'trigrams', all: characters }
  const runs = word.replace(/[.@-]/g, (sign) => SIGNS.get(sign) ?? sign).match(/[a-z0-9]{2,}/g) ?? []
  const trigrams = runs.flatMap((run) => neighbours([...run], 3))
  if (trigrams.length > 0) return { kind: 'trigrams', all: some(trigrams) }
  if (UNUSUAL.test(word)) return { kind: 'pairs', all: some(neighbours(characters, 2)) }
  const [pair = ''] = runs
  return { kind: 'pair', pair: word, any: FOLLOWERS.map((next) => pair + next) }
}

function neighbours(characters: readonly string[], count: number): string[] {
  const starts = characters.slice(0, Math.max(0, characters.length - count + 1))
  return starts.map((_, start) => characters.slice(start, start + count).join(''))
}

const some = (keys: readonly string[]): string[] => [...new Set(keys)].slice(0, MOST_KEYS)

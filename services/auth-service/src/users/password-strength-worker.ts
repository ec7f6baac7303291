import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as german from '@zxcvbn-ts/language-de'
import * as english from '@zxcvbn-ts/language-en'
import * as spanish from '@zxcvbn-ts/language-es-es'
import * as french from '@zxcvbn-ts/language-fr'
import * as italian from '@zxcvbn-ts/language-it'
import * as dutch from '@zxcvbn-ts/language-nl-be'
import * as polish from '@zxcvbn-ts/language-pl'
import * as portuguese from '@zxcvbn-ts/language-pt-br'
import { workerData } from 'piscina'
import { keyboardVariants } from './keyboard-layouts.ts'
import { lowerThisThread } from './thread-priority.ts'

if (workerData?.hasLowPriority === true) lowerThisThread()

export type StrengthQuestion = {
  readonly password: string
  /** What a guesser tries first: the names of the owner and words of the company. */
  readonly words: readonly string[]
}

type WordList = (string | number)[]

/** zxcvbn's scale from 0 to 4. At 4 a guesser who knows the dictionaries needs more than 10^10 tries. */
const MIN_SCORE = 4
/** In UTF-16 code units. The cost grows with the square of the length; a password is hardly weaker than its beginning. */
const ESTIMATED_LENGTH = 48
/**
 * Readings of a password in which digits and signs stand for letters. A chosen password of signs has thousands; the first of them
 * replace every sign. `node scripts/run.mjs tools/bench/src/micro/password-strength.ts`, worst password of all: 1.8 s of CPU time
 * with zxcvbn’s own limit of 100 readings and 64 code units, 0.1 s with these.
 */
const MAX_L33T_READINGS = 8
/** Of each language, the most frequent words. Rarer ones hardly make a password easier to guess, and would fill the memory. */
const WORDS_PER_LANGUAGE = 10_000

// Of other languages the common words and the first names; not their surnames and encyclopedias.
const languages = { german, french, spanish, italian, portuguese, dutch, polish }
const foreign: Record<string, WordList> = {}
const firstNames: WordList[] = []
for (const [language, { dictionary }] of Object.entries(languages)) {
  for (const [list, words] of Object.entries<WordList>(dictionary)) {
    if (list.startsWith('commonWords')) foreign[language] = words.slice(0, WORDS_PER_LANGUAGE)
    else if (/first/i.test(list)) firstNames.push(words)
  }
}
// Each dictionary costs a look-up for every part of a password, hence one for the names of all languages.
foreign.firstNames = interleaved(firstNames)

const estimator = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary, ...foreign },
  graphs: common.adjacencyGraphs,
  l33tMaxSubstitutions: MAX_L33T_READINGS,
})

/** What people put between words. The estimator takes each for a random character, a guesser for none. */
const SEPARATORS = /[\s.,_-]+/g

/** Whether someone who knows these words guesses the password, whatever keyboard it was typed on. */
export default function isGuessable({ password, words }: StrengthQuestion): boolean {
  const start = password.slice(0, ESTIMATED_LENGTH)
  const readings = new Set([start, start.replaceAll(SEPARATORS, ''), ...keyboardVariants(start)])
  return [...readings].some((each) => estimator.check(each, [...words]).score < MIN_SCORE)
}

/** One list of all words, those of the lowest rank in any list first. */
function interleaved(lists: readonly WordList[]): WordList {
  const words = new Set<string | number>()
  const longest = Math.max(...lists.map(({ length }) => length))
  for (let rank = 0; rank < longest; rank++) {
    for (const list of lists) {
      const word = list[rank]
      if (word !== undefined) words.add(word)
    }
  }
  return [...words]
}

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
import { keyboardVariants } from './keyboard-layouts.ts'

export type StrengthQuestion = {
  readonly password: string
  /** What a guesser tries first: the names of the owner and words of the company. */
  readonly words: readonly string[]
}

/** The estimate grows with the square of the length; a password is never weaker than its beginning. */
const ESTIMATED_LENGTH = 64

/** Of other languages the words and first names: their lists of surnames and of words in encyclopedias would fill the memory. */
const languages = { german, french, spanish, italian, portuguese, dutch, polish }
const foreign = Object.entries(languages).flatMap(([language, { dictionary }]) =>
  Object.entries(dictionary as Record<string, readonly (string | number)[]>)
    .filter(([list]) => /^commonWords|first/i.test(list))
    .map(([list, words]) => [`${language}-${list}`, words] as const),
)

const estimator = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary, ...Object.fromEntries(foreign) },
  graphs: common.adjacencyGraphs,
})

/** zxcvbn's score of a password, 0 to 4, for someone who knows these words, and every keyboard it may have been typed on. */
export default function strength({ password, words }: StrengthQuestion): number {
  const start = password.slice(0, ESTIMATED_LENGTH)
  const scores = [start, ...keyboardVariants(start)].map((each) => estimator.check(each, [...words]).score)
  return Math.min(...scores)
}

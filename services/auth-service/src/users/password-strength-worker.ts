import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as english from '@zxcvbn-ts/language-en'

export type StrengthQuestion = { readonly password: string; readonly own: readonly string[] }

/** The estimate grows with the square of the length; a password is never weaker than its beginning. */
const ESTIMATED_LENGTH = 64

const estimator = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
})

/** zxcvbn's score of a password, 0 to 4, for someone who knows the product and the owner's names. */
export default function strength({ password, own }: StrengthQuestion): number {
  return estimator.check(password.slice(0, ESTIMATED_LENGTH), ['latchkey', ...own]).score
}

// Each pattern has one way to match any text, so that matching stays linear on hostile input. Under the `u` flag \p{Cs}
// finds lone surrogates only, which no UTF-8 database can hold.
//
// What shows nothing and changes what is shown is refused: direction controls, spaces without width, fillers, tags, annotations. Writing
// needs some of it after a visible character: one variation selector, and one joiner if another character follows (Persian, Hindi, emoji).
const VISIBLE = '[^\\p{Cc}\\p{Cs}\\p{Z}\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb\\u2800]'
const VARIANT = '[\\p{Variation_Selector}]'
const CHARACTER = `${VISIBLE}${VARIANT}?`
const WORD = `${CHARACTER}(?:[\\u200c\\u200d]${CHARACTER})*`
/** Source of a pattern with the `u` flag: one line of text for people, also an empty one. */
export const LINE: string = `^(?:${WORD}|\\p{Zs})*$`
/** The same, with a visible character at least. */
export const VISIBLE_LINE: string = `^\\p{Zs}*${WORD}(?:${WORD}|\\p{Zs})*$`

// Keeps own: libraries escape for one way only. What an export writes has to come back from an import exactly as it was, so guarding
// must be undone by unguarding, whatever the text.

// What a spreadsheet takes for the start of a formula, at the start of a cell: OWASP, "CSV Injection"; the last four are
// the full-width forms, which some take as well. Cells also start behind a semicolon wherever that is the list separator, and
// then a quote in front of them is removed before they are parsed.
const CELL_START = '(^"*|;"*)'
const FORMULA = "('*[=+\\-@\\t\\r\\n\\uff1d\\uff0b\\uff0d\\uff20])"

const UNGUARDED = new RegExp(`${CELL_START}${FORMULA}`, 'g')
const GUARDED = new RegExp(`${CELL_START}'${FORMULA}`, 'g')

/**
 * Puts an apostrophe in front of everything that a spreadsheet could take for a formula, so that it stays text. Apostrophes that
 * stand there already get one more: {@link unguardFormulas} gives back exactly the same text.
 */
export function guardFormulas(text: string): string {
  return text.replace(UNGUARDED, "$1'$2")
}

/** Undoes {@link guardFormulas}. Other apostrophes stay: `'Abd al-Malik` is a name. */
export function unguardFormulas(text: string): string {
  return text.replace(GUARDED, '$1$2')
}

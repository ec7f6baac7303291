/** The keys of a US keyboard, and what the same keys type on others: row by row, unshifted. */
const US_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`"
const LAYOUTS: readonly string[] = [
  // Russian, Ukrainian, Bulgarian (phonetic layouts type Latin positions anyway).
  'йцукенгшщзхъфывапролджэячсмитьбю.ё',
  "йцукенгшщзхїфівапролджєячсмитьбю.'",
  // Greek.
  ";ςερτυθιοπ[]ασδφγηξκλ΄'ζχψωβνμ,./`",
  // Hebrew.
  "/'קראטוןםפ][שדגכעיחלךף,זסבהנמצתץ.;",
  // Arabic.
  'ضصثقفغعهخحجدشسيبلاتنمكطئءؤرلىةوزظذ',
]
/** The key of each character, for each layout. */
const KEYS = LAYOUTS.map(
  (layout) => new Map([...layout].map((character, index) => [character, US_KEYS[index] ?? character])),
)

/**
 * The password as the same keys type it on a US keyboard, for each other layout that it may come from: `йцукен` is `qwerty` to whoever
 * guesses passwords. None for a password in Latin letters, nor where a layout has not all of its characters.
 */
export function keyboardVariants(password: string): string[] {
  const folded = [...password.toLowerCase()]
  if (!folded.some(isForeign)) return []
  const variants = KEYS.map((keys) => folded.map((character) => keys.get(character) ?? character))
  return [...new Set(variants.filter((variant) => !variant.some(isForeign)).map((variant) => variant.join('')))]
}

const isForeign = (character: string): boolean => character > '\x7f'

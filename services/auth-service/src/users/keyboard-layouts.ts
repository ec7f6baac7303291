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

/**
 * The password as the same keys type it on a US keyboard, for each other layout that it may come from: `йцукен` is `qwerty` to whoever
 * guesses passwords. None for a password in Latin letters.
 */
export function keyboardVariants(password: string): string[] {
  const folded = [...password.toLowerCase()]
  return LAYOUTS.filter((layout) => folded.some((character) => character > '\x7f' && layout.includes(character))).map(
    (layout) => {
      const keys = new Map([...layout].map((character, index) => [character, US_KEYS[index] ?? character]))
      return folded.map((character) => keys.get(character) ?? character).join('')
    },
  )
}

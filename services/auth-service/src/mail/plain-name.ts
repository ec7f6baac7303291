const MAX_LENGTH = 60

/**
 * A name as a mail may show it: plain text of at most 60 characters that no mail program turns into a link. Names are chosen by
 * strangers, and a mail of ours must not carry their message.
 */
export function plainName(name: string): string {
  const safe = name
    .normalize('NFKC')
    // Letters, digits and what names are joined with; a dot only behind an initial or an abbreviation.
    .replace(/[^\p{L}\p{M}\p{N} ,.'’-]/gu, ' ')
    .replace(/\.(?! |$)/g, ' ')
    // "www" and the like stand alone by now; a number long enough for a telephone is cut into pieces.
    .replace(/\p{N}{5,}/gu, '…')
    .replace(/ +/g, ' ')
    .trim()
  const characters = [...safe]
  return characters.length <= MAX_LENGTH
    ? safe
    : `${characters
        .slice(0, MAX_LENGTH - 1)
        .join('')
        .trimEnd()}…`
}

import fc from 'fast-check'

/** Texts that mean something to CSV, spreadsheets or Unicode, and that a name may hold. */
const PIECES = [
  ...['=', '+', '-', '@', '＝', '＋', '－', '＠', "'", "''", ';', ';=', ",'=", '"', '""', ',', '\\', '\\N', '\\.'],
  ...[' ', '\u00a0', '\ufeff', 'a', 'Ada', 'Åsa', 'é', 'Zoë', '李', '\u{1f469}\u200d\u{1f680}', '\u{10ffff}', '%', '#'],
]

/** A line of text, mostly of such pieces. */
export const trickyText = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: 'grapheme', maxLength: 4 })),
    {
      maxLength: 8,
    },
  )
  .map((pieces) => pieces.join(''))

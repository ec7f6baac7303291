import { findColumn } from './csv-columns.ts'

/** What stands between cells: a comma, a semicolon where the comma is a decimal point, a tab in the Unicode text of spreadsheets. */
const SEPARATORS = [',', ';', '\t'] as const
type Separator = (typeof SEPARATORS)[number]

/** Spreadsheets read the separator from a first line like this one, and some write it. */
const ANNOUNCED = /^"?sep=([,;\t])"?(?:\r\n|\n|\r|$)/i

/** How a file is laid out, as its beginning shows. */
export type Layout = {
  readonly separator: Separator
  /** Length of the line that announces the separator; 0 without one. */
  readonly skipped: number
}

/** @param head the beginning of a file: its header, unless that is longer than any header can be */
export function layoutOf(head: string): Layout {
  const [line, separator] = ANNOUNCED.exec(head) ?? []
  const announced = SEPARATORS.find((known) => known === separator)
  if (line !== undefined && announced !== undefined) return { separator: announced, skipped: line.length }
  const header = firstRow(head) ?? head.split(/[\r\n]/).find(hasText) ?? ''
  return { separator: separatorOf(header), skipped: 0 }
}

/** Whether the header is in `head` to the end of its line. */
export function hasHeader(head: string): boolean {
  return firstRow(head.slice(ANNOUNCED.exec(head)?.[0].length ?? 0)) !== undefined
}

const hasText = (line: string): boolean => /[^\s,;"]/.test(line)

/** The first row with text in it, if it ends here. A line break within quotes ends nothing. */
function firstRow(text: string): string | undefined {
  let start = 0
  let isQuoted = false
  for (let end = 0; end < text.length; end++) {
    const character = text[end]
    if (character === '"') isQuoted = !isQuoted
    if (isQuoted || (character !== '\n' && character !== '\r')) continue
    const row = text.slice(start, end)
    if (hasText(row)) return row
    start = end + 1
  }
  return undefined
}

/** The one that yields the most known names, then the one that yields the most cells; the comma in doubt. */
function separatorOf(header: string): Separator {
  const [best] = SEPARATORS.map((separator) => {
    const cells = split(header, separator)
    return { separator, known: cells.filter((cell) => findColumn(cell) !== undefined).length, cells: cells.length }
  }).toSorted((a, b) => b.known - a.known || b.cells - a.cells)
  return best?.separator ?? ','
}

/** The cells of one line, without the quotes around them. A separator within quotes separates nothing. */
function split(line: string, separator: Separator): string[] {
  const cells = ['']
  let isQuoted = false
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted
    else if (character === separator && !isQuoted) cells.push('')
    else cells.push(`${cells.pop()}${character}`)
  }
  return cells
}

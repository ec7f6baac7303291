import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'

type Saving = {
  readonly separator?: ';' | ',' | '\t'
  readonly encoding?: 'utf8' | 'utf16le' | 'utf16be'
  readonly mark?: boolean
  readonly lineBreak?: '\r\n' | '\n' | '\r'
  /** Puts this in front of everything, or behind it. */
  readonly before?: string
  readonly after?: string
  /** Turns `2024-02-29` into what a German spreadsheet makes of a date. */
  readonly dottedDates?: boolean
}

/** How programs save a table, by their names. Spreadsheets quote only cells that need it. */
export const SAVED_BY: Record<string, Saving> = {
  'a German Excel': { separator: ';', mark: true, lineBreak: '\r\n', dottedDates: true },
  'Excel with the separator in the first line': { separator: ';', mark: true, lineBreak: '\r\n', before: 'sep=;\r\n' },
  'a LibreOffice with semicolons': { separator: ';', lineBreak: '\n' },
  'Excel as Unicode text': { separator: '\t', encoding: 'utf16le', mark: true, lineBreak: '\r\n' },
  'a program with the bytes the other way round': { separator: ',', encoding: 'utf16be', mark: true, lineBreak: '\n' },
  'an old Mac': { separator: ';', lineBreak: '\r' },
  'an old DOS program': { separator: ',', lineBreak: '\r\n', after: '\x1a' },
  'Excel with empty lines above and below': {
    separator: ';',
    lineBreak: '\r\n',
    before: ';;\r\n\r\n',
    after: ';;;;\r\n \r\n;\r\n\x1a\r\n',
  },
}

/** What a program saves after it opened a file as written by the export. */
export function savedBy(saving: Saving, file: string): Buffer {
  const { separator = ',', encoding = 'utf8', mark = false, lineBreak = '\n', before = '', after = '' } = saving
  const dotted = (cell: string): string => cell.replace(/^(\d{4})-(\d\d)-(\d\d)$/, '$3.$2.$1')
  const rows: string[][] = parse(file, { record_delimiter: '\r\n' })
  const cells = saving.dottedDates ? rows.map((row) => row.map(dotted)) : rows
  const text = stringify(cells, { delimiter: separator, record_delimiter: lineBreak, quote_record_delimiter: true })
  const bytes = Buffer.from(`${mark ? '\ufeff' : ''}${before}${text}${after}`, encoding === 'utf8' ? 'utf8' : 'utf16le')
  return encoding === 'utf16be' ? bytes.swap16() : bytes
}

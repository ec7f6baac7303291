import { isUtf8 } from 'node:buffer'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { parse } from 'csv-parse'
import { hasHeader, type Layout, layoutOf } from './separator.ts'
import { toUtf8 } from './text-encoding.ts'

/** One record of a CSV file (RFC 4180). */
export type CsvRecord = {
  /** Where it starts; see `FileFault`. */
  readonly line: number
  /** Without their quotes. Undefined is a cell that is no text. */
  readonly cells: readonly (string | undefined)[]
}

/** The file cannot be read as CSV from here on, as it is unknown where the next record starts. */
export class MalformedCsv extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

/** Far more than a row of valid cells takes; what is longer has an open quote. Bytes. */
const MAX_RECORD_BYTES = 64 * 1024
/** How much is parsed before the event loop runs again. Bytes. */
const SLICE_BYTES = 2 * 1024
/** A header is on one line, and shorter. Bytes. */
const MAX_HEADER_BYTES = 16 * 1024

const MESSAGES: Record<string, string> = {
  CSV_INVALID_CLOSING_QUOTE: 'has text after a closing quote; nothing after this row was read',
  INVALID_OPENING_QUOTE: 'has a quote within a cell that does not start with one; nothing after this row was read',
  CSV_QUOTE_NOT_CLOSED: 'has a quote that is never closed; nothing after it was read',
  CSV_MAX_RECORD_SIZE: 'is longer than any row can be, probably as a quote is not closed; nothing after it was read',
}

/**
 * Reads records from bytes as they arrive, some at a time: UTF-8, or UTF-16 with a mark. What separates cells shows in the header. Empty
 * lines are skipped; a line ends with LF, CRLF or CR.
 *
 * @throws {MalformedCsv} after all records before the malformed one
 */
export async function* readCsv(bytes: AsyncIterable<Buffer>): AsyncGenerator<CsvRecord[], void> {
  const chunks = toUtf8(bytes)
  try {
    const head = await readHead(chunks)
    const layout = layoutOf(head.toString('latin1'))
    yield* readRecords(startingWith(head.subarray(layout.skipped), chunks), layout)
  } finally {
    await chunks.return()
  }
}

/** The file up to the end of its header, and what has arrived together with it. */
async function readHead(chunks: AsyncGenerator<Buffer, void>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  while (head.length < MAX_HEADER_BYTES && !hasHeader(head.toString('latin1', 0, MAX_HEADER_BYTES))) {
    const { done, value } = await chunks.next()
    if (done) break
    head = Buffer.concat([head, value])
  }
  return head
}

async function* startingWith(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield head
  yield* rest
}

async function* readRecords(
  bytes: AsyncIterable<Buffer>,
  { separator, skipped }: Layout,
): AsyncGenerator<CsvRecord[], void> {
  let records: CsvRecord[] = []
  // The parser's own count takes a CRLF within quotes for two lines.
  let lines = skipped > 0 ? 2 : 1
  const parser = parse({
    // One character for each byte: a cell that is not UTF-8 is found below, and not silently repaired.
    encoding: 'latin1',
    delimiter: separator,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    // Here and not from the stream: it would lose the records that it holds back when it meets an error.
    on_record(cells: string[]) {
      records.push({ line: here(), cells: cells.map(decode) })
      lines += 1 + lineBreaks(cells)
      return null
    },
  })
  const here = (): number => lines + parser.info.empty_lines
  // The callbacks of write and end get the error.
  parser.on('error', () => {})

  /** The records that the parser has read; after them its error. */
  async function* parsed(error: Error | undefined): AsyncGenerator<CsvRecord[], void> {
    yield records
    records = []
    if (error !== undefined) throw malformed(error, here())
  }

  try {
    for await (const slice of slices(bytes)) {
      yield* parsed(await outcome((done) => parser.write(slice, done)))
      await nextTurn()
    }
    yield* parsed(await outcome((done) => parser.end(done)))
  } finally {
    parser.destroy()
  }
}

async function* slices(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += SLICE_BYTES) yield chunk.subarray(start, start + SLICE_BYTES)
  }
}

function decode(cell: string): string | undefined {
  if (!/[\u0080-\u00ff]/.test(cell)) return cell
  const bytes = Buffer.from(cell, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined
}

function lineBreaks(cells: readonly string[]): number {
  let count = 0
  for (const cell of cells) {
    if (cell.includes('\n') || cell.includes('\r')) count += cell.match(/\r\n|\n|\r/g)?.length ?? 0
  }
  return count
}

function outcome(act: (done: (error?: Error | null) => void) => void): Promise<Error | undefined> {
  return new Promise((resolve) => act((error) => resolve(error ?? undefined)))
}

function malformed(error: Error, line: number): Error {
  const message = 'code' in error && typeof error.code === 'string' ? MESSAGES[error.code] : undefined
  return message === undefined ? error : new MalformedCsv(line, message)
}

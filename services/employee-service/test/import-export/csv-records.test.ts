import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import t from 'tap'
import { type CsvRecord, MalformedCsv, readCsv } from '../../src/import-export/csv-records.ts'
import { trickyText } from '../support/tricky-text.ts'

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer, void> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

/** All records that are read, and the line of the first that cannot be. */
async function read(text: string | Buffer, chunkSize = 7) {
  const records: CsvRecord[] = []
  try {
    for await (const some of readCsv(chunksOf(Buffer.from(text), chunkSize))) records.push(...some)
    return { records, malformed: undefined }
  } catch (error) {
    if (!(error instanceof MalformedCsv)) throw error
    return { records, malformed: { line: error.line, message: error.message } }
  }
}

const lineBreak = fc.constantFrom('\n', '\r\n', '\r')
const cell = fc.array(fc.oneof(trickyText, lineBreak), { maxLength: 3 }).map((parts) => parts.join(''))
const file = fc.record({
  rows: fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 }),
  delimiter: lineBreak,
  emptyLines: fc.array(fc.nat(2), { minLength: 6, maxLength: 6 }),
  byteOrderMark: fc.boolean(),
  chunkSize: fc.integer({ min: 1, max: 40 }),
})

t.test('records are read as they were written, each with the line on which it starts', async () => {
  await fc.assert(
    fc.asyncProperty(file, async ({ rows, delimiter, emptyLines, byteOrderMark, chunkSize }) => {
      let text = ''
      const written: CsvRecord[] = []
      for (const [index, cells] of rows.entries()) {
        text += delimiter.repeat(emptyLines[index] ?? 0)
        written.push({ line: text.split(/\r\n|\n|\r/).length, cells })
        text += stringify([cells], { record_delimiter: delimiter, quoted: true })
      }
      const { records, malformed } = await read(`${byteOrderMark ? '\ufeff' : ''}${text}`, chunkSize)
      if (malformed !== undefined) throw new Error(malformed.message)
      if (JSON.stringify(records) !== JSON.stringify(written)) throw new Error(JSON.stringify(records))
    }),
    { numRuns: 300 },
  )
})

t.test('the last line needs no end, and a file may be empty', async (t) => {
  t.same((await read('a,b\nc,d')).records, [
    { line: 1, cells: ['a', 'b'] },
    { line: 2, cells: ['c', 'd'] },
  ])
  t.same((await read('')).records, [])
  t.same((await read('\ufeff')).records, [])
  t.same((await read('a')).records, [{ line: 1, cells: ['a'] }])
  t.same((await read('\n\r\n\n')).records, [])
})

t.test('a cell that is not UTF-8 is distinguished from one that holds a replacement character', async (t) => {
  const text = Buffer.concat([Buffer.from('\ufffd,é\n'), Buffer.from([0x41, 0xe9, 0x2c, 0x42, 0x0a])])
  for (const chunkSize of [1, 3, 100]) {
    t.same((await read(text, chunkSize)).records, [
      { line: 1, cells: ['\ufffd', 'é'] },
      { line: 2, cells: [undefined, 'B'] },
    ])
  }
})

t.test('what is no CSV is reported on the line where its record starts, and all before it is still read', async (t) => {
  const before = '"a\r\nb",c\r\n\r\n'
  const broken: [string, RegExp][] = [
    ['"d" e,f\n', /closing quote/],
    ['d "e",f\n', /within a cell/],
    ['d,"\n\ne', /never closed/],
    [`d,"${'e\n'.repeat(40_000)}`, /longer than any row/],
  ]
  for (const [text, message] of broken) {
    for (const chunkSize of [5, 1_000_000]) {
      const { records, malformed } = await read(before + text, chunkSize)
      t.same(records, [{ line: 1, cells: ['a\r\nb', 'c'] }])
      t.equal(malformed?.line, 4)
      t.match(malformed?.message, message)
    }
  }
})

t.test('no more is read ahead than is being worked on', async (t) => {
  let pulled = 0
  async function* endless(): AsyncGenerator<Buffer, void> {
    for (;;) {
      pulled += 1
      yield Buffer.from('a,b\n'.repeat(256))
    }
  }
  const reader = readCsv(endless())
  for (let n = 1; n <= 20; n++) {
    await reader.next()
    t.ok(pulled <= n + 1)
  }
  await reader.return()
})

t.end()

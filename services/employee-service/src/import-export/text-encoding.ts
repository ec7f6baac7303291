import { StringDecoder } from 'node:string_decoder'

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf])
const UTF16_LE_MARK = Buffer.from([0xff, 0xfe])
const UTF16_BE_MARK = Buffer.from([0xfe, 0xff])

/** No part of any UTF-8 text: the cell that holds it is refused. */
const NO_TEXT = Buffer.from([0xff])
/** Ctrl-Z, with which old programs end a file. */
const END_OF_FILE = 0x1a

/**
 * A file as UTF-8, without its byte order mark and a Ctrl-Z at its end. UTF-16 is recognised by its mark; anything else stays as it is,
 * since nothing says what it would be. Bytes that are no text stay none.
 */
export async function* toUtf8(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let decode: ((chunk?: Buffer) => Buffer) | undefined
  let head: Buffer = Buffer.alloc(0)
  let hasEnded = false
  const output = function* (text: Buffer): Generator<Buffer, void> {
    if (text.length === 0) return
    // A Ctrl-Z that something follows was not the end.
    if (hasEnded) yield Buffer.from([END_OF_FILE])
    hasEnded = text.at(-1) === END_OF_FILE
    yield hasEnded ? text.subarray(0, -1) : text
  }
  for await (const chunk of bytes) {
    if (decode !== undefined) {
      yield* output(decode(chunk))
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < UTF8_MARK.length) continue
    const [decoder, start] = decoderOf(head)
    decode = decoder
    yield* output(decode(head.subarray(start)))
  }
  if (decode === undefined) {
    const [decoder, start] = decoderOf(head)
    decode = decoder
    yield* output(decode(head.subarray(start)))
  }
  yield* output(decode())
}

/** How the file is decoded, and where it starts behind its mark. Called without a chunk the decoder gives what is left. */
function decoderOf(head: Buffer): [decode: (chunk?: Buffer) => Buffer, start: number] {
  if (head.subarray(0, 2).equals(UTF16_LE_MARK)) return [utf16Decoder((pairs) => pairs), 2]
  if (head.subarray(0, 2).equals(UTF16_BE_MARK)) return [utf16Decoder((pairs) => Buffer.from(pairs).swap16()), 2]
  const start = head.subarray(0, 3).equals(UTF8_MARK) ? 3 : 0
  return [(chunk = Buffer.alloc(0)) => chunk, start]
}

/** @param toLittleEndian of whole pairs of bytes */
function utf16Decoder(toLittleEndian: (pairs: Buffer) => Buffer): (chunk?: Buffer) => Buffer {
  // It holds back half a surrogate pair.
  const decoder = new StringDecoder('utf16le')
  let odd: Buffer = Buffer.alloc(0)
  return (chunk) => {
    if (chunk === undefined) return Buffer.concat([encode(decoder.end()), odd.length > 0 ? NO_TEXT : odd])
    const all = Buffer.concat([odd, chunk])
    const whole = all.length - (all.length % 2)
    odd = all.subarray(whole)
    return encode(decoder.write(toLittleEndian(all.subarray(0, whole))))
  }
}

/** UTF-8, with {@link NO_TEXT} for each surrogate without its other half. */
function encode(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  const parts = text.split(/\p{Cs}/u).map((part) => Buffer.from(part, 'utf8'))
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [NO_TEXT, part])))
}

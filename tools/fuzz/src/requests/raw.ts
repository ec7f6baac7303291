import type { Random } from '@latchkey/harness'
import type { Call } from './call.ts'

/** Framings that no HTTP library sends. */
const FRAMINGS: Readonly<Record<string, (head: string, body: string, length: number) => string>> = {
  'two lengths': (head, body, length) =>
    `${head}Content-Length: ${length}\r\nContent-Length: ${length + 1}\r\n\r\n${body}`,
  'a negative length': (head, body) => `${head}Content-Length: -1\r\n\r\n${body}`,
  'a length of letters': (head, body) => `${head}Content-Length: ten\r\n\r\n${body}`,
  'a length too long': (head, body, length) => `${head}Content-Length: ${length + 10}\r\n\r\n${body}`,
  'a length too short': (head, body, length) => `${head}Content-Length: ${Math.max(length - 2, 0)}\r\n\r\n${body}`,
  'length and chunks': (head, body, length) =>
    `${head}Content-Length: ${length}\r\nTransfer-Encoding: chunked\r\n\r\n${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  chunks: (head, body, length) =>
    `${head}Transfer-Encoding: chunked\r\n\r\n${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  'chunks of rubbish': (head, body) => `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`,
  'chunks with trailers': (head, body, length) =>
    `${head}Transfer-Encoding: chunked\r\nTrailer: x\r\n\r\n${length.toString(16)};a=b\r\n${body}\r\n0\r\nX-Trailer: x\r\n\r\n`,
  'an unknown transfer encoding': (head, body) => `${head}Transfer-Encoding: gzip, identity\r\n\r\n${body}`,
  'a header with NUL': (head, body) => `${head}X-Nul: a\u0000b\r\n\r\n${body}`,
  'a header with CR alone': (head, body) => `${head}X-Cr: a\rSet-Cookie: b=c\r\n\r\n${body}`,
  'a folded header': (head, body) => `${head}X-Folded: a\r\n b\r\n\r\n${body}`,
  'a header without a colon': (head, body) => `${head}Rubbish\r\n\r\n${body}`,
  'a space before the colon': (head, body) => `${head}X-Space : a\r\n\r\n${body}`,
  'lines that end in LF': (head, body) => `${head.replaceAll('\r\n', '\n')}\n${body}`,
  'no host': (head, body) => `${head.replace(/^Host: .*\r\n/m, '')}\r\n${body}`,
  'two hosts': (head, body) => `${head}Host: evil.test\r\n\r\n${body}`,
  'HTTP/1.0': (head, body, length) => `${head.replace('HTTP/1.1', 'HTTP/1.0')}Content-Length: ${length}\r\n\r\n${body}`,
  'HTTP/2.0': (head, body) => `${head.replace('HTTP/1.1', 'HTTP/2.0')}\r\n${body}`,
  'an unknown expectation': (head, body) => `${head}Expect: rubbish\r\n\r\n${body}`,
  'an upgrade': (head, body) => `${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n${body}`,
  'an absolute address': (head, body) => `${head.replace(' /', ' http://evil.test/')}\r\n${body}`,
  'no path': (head, body) => `${head.replace(/ \S+ HTTP/, ' HTTP')}\r\n${body}`,
  'a method in small letters': (head, body) => `${head.toLowerCase()}\r\n${body}`,
  'a path of octets': (head, body) => `${head.replace(' HTTP', '\u00ff\u00fe HTTP')}\r\n${body}`,
  'nothing at all': () => '\r\n',
  rubbish: () => '\u0016\u0003\u0001\u0002\u0000\u0001',
  'two requests at once': (head, body, length) =>
    `${head}Content-Length: ${length}\r\n\r\n${body}GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`,
}

/** The request as bytes that break the rules of HTTP somewhere. */
export function toRaw(call: Call, random: Random): { readonly call: Call; readonly how: string } {
  const how = random.pick(Object.keys(FRAMINGS))
  const head = [
    `${call.method} ${call.target} HTTP/1.1`,
    'Host: fuzz.test',
    'Connection: close',
    ...call.headers.map(([name, value]) => `${name}: ${value}`),
    '',
  ].join('\r\n')
  const body = call.body?.toString('latin1') ?? ''
  const text = FRAMINGS[how]?.(head, body, Buffer.byteLength(body, 'latin1')) ?? ''
  return { call: { ...call, raw: Buffer.from(text, 'latin1') }, how }
}

import { gzipSync } from 'node:zlib'
import type { Random } from '@latchkey/harness'
import { HOSTILE_TEXTS } from '../values/hostile.ts'
import { MEDIA_TYPES, ODD_HEADERS } from '../values/odd-headers.ts'
import { CANARY } from '../world/log-watch.ts'
import type { Call } from './call.ts'

/** What a request suffers on its way. `isForeign`: it may have become one of another operation, or of none. */
export type Distortion = {
  readonly name: string
  readonly isForeign?: boolean
  /** Whether it can be valid all the same. */
  readonly isHarmless?: boolean
  apply(call: Call, random: Random): Call
}

const withHeader = (call: Call, name: string, value: string): Call => ({
  ...call,
  headers: [...call.headers, [name, value]],
})
const without = (call: Call, name: string): Call => ({
  ...call,
  headers: call.headers.filter(([each]) => each.toLowerCase() !== name),
})
const withBody = (call: Call, body: Buffer | string): Call => ({ ...call, body: Buffer.from(body) })
const replaced = (call: Call, name: string, value: string): Call => withHeader(without(call, name), name, value)
const latin1 = (text: string): string => Buffer.from(text.replace(/\p{Cc}|\p{Cs}/gu, '')).toString('latin1')

const doubled = (call: Call): Call => {
  const text = call.body?.toString() ?? ''
  const [, member = ''] = /^\{("(?:[^"\\]|\\.)*":(?:"(?:[^"\\]|\\.)*"|[\w.+-]+))/.exec(text) ?? []
  return member === '' ? call : withBody(call, `{${member},${text.slice(1)}`)
}

export const DISTORTIONS: readonly Distortion[] = [
  {
    name: 'an odd header',
    apply(call, random) {
      const name = random.pick(
        Object.keys(ODD_HEADERS).filter(
          (each) => each !== 'transfer-encoding' && each !== 'content-length' && each !== 'expect',
        ),
      )
      return replaced(call, name, latin1(random.pick(ODD_HEADERS[name] ?? [''])))
    },
  },
  {
    name: 'a header twice',
    apply(call, random) {
      const name = random.pick(
        Object.keys(ODD_HEADERS).filter((each) => each !== 'transfer-encoding' && each !== 'content-length'),
      )
      const value = latin1(random.pick(ODD_HEADERS[name] ?? ['']))
      return withHeader(withHeader(call, name, value), name, latin1(random.pick(ODD_HEADERS[name] ?? [''])))
    },
  },
  {
    name: 'another method',
    isForeign: true,
    apply: (call, random) => ({
      ...call,
      method: random.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY', 'LOCK']),
    }),
  },
  { name: 'HEAD', isForeign: true, apply: (call) => ({ ...call, method: 'HEAD' }) },
  { name: 'OPTIONS', isForeign: true, apply: (call) => ({ ...call, method: 'OPTIONS' }) },
  {
    name: 'another media type',
    apply: (call, random) => replaced(call, 'content-type', random.pick(MEDIA_TYPES)),
  },
  { name: 'no media type', apply: (call) => without(call, 'content-type') },
  {
    name: 'a body where none is asked for',
    apply: (call, random) =>
      withBody(
        replaced(call, 'content-type', random.pick(['application/json', ...MEDIA_TYPES])),
        random.pick(['{}', 'null', '[]', 'x', '{"a":1}']),
      ),
  },
  { name: 'no body', apply: (call) => ({ ...call, body: undefined }) },
  { name: 'an empty body', apply: (call) => withBody(call, '') },
  {
    name: 'a cut body',
    apply: (call, random) => withBody(call, call.body?.subarray(0, random.integer(0, call.body.length)) ?? ''),
  },
  {
    name: 'a body that is not UTF-8',
    apply: (call, random) =>
      withBody(
        call,
        Buffer.concat([
          Buffer.from('{"email":"'),
          Buffer.from(random.pick([[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80]])),
          Buffer.from('"}'),
        ]),
      ),
  },
  { name: 'a body in UTF-16', apply: (call) => withBody(call, Buffer.from(call.body?.toString() ?? '{}', 'utf16le')) },
  { name: 'a byte order mark', apply: (call) => withBody(call, `\ufeff${call.body?.toString() ?? '{}'}`) },
  { name: 'a member twice', apply: doubled },
  {
    name: 'a member of no schema',
    apply: (call, random) =>
      withBody(
        call,
        (call.body?.toString() ?? '{}').replace(
          /^\{/,
          `{${JSON.stringify(random.pick(['__proto__', 'constructor', 'isAdmin', 'roles', 'id', 'x'.repeat(300), '']))}:${random.pick(['1', '{"admin":true}', 'null', '[]'])},`,
        ),
      ),
  },
  {
    name: 'another JSON value',
    apply: (call, random) =>
      withBody(
        replaced(call, 'content-type', 'application/json'),
        random.pick([
          'null',
          '[]',
          '"x"',
          '0',
          'true',
          '{}',
          '{"":""}',
          '[[[[]]]]',
          '['.repeat(5000),
          '{"a":'.repeat(3000),
          '1e999',
          '-',
          'NaN',
          "{'a':1}",
          '{"a":1}x',
          '// x',
          '{"a":\u0000}',
        ]),
      ),
  },
  {
    name: 'a large body',
    apply: (call, random) =>
      withBody(call, `{"fullName":"${'a'.repeat(random.pick([60_000, 65_536, 70_000, 200_000]))}"}`),
  },
  {
    name: 'a compressed body',
    apply: (call) => withBody(replaced(call, 'content-encoding', 'gzip'), gzipSync(call.body ?? '{}')),
  },
  {
    name: 'a query parameter twice',
    apply(call, random) {
      const [, query = 'limit=1'] = call.target.split('?')
      return {
        ...call,
        target: `${call.target}${call.target.includes('?') ? '&' : '?'}${query}&${random.pick(['a[]=1', 'a[b]=1', '__proto__=1', 'limit=2', '&&', '=', '%', '%zz', '%00', 'limit'])}`,
      }
    },
  },
  {
    name: 'an unknown query parameter',
    apply: (call, random) => ({
      ...call,
      target: `${call.target}${call.target.includes('?') ? '&' : '?'}${random.pick(['unknown', '__proto__', 'token', 'constructor[x]', 'a.b', ''])}=${CANARY}${encodeURIComponent(random.pick(HOSTILE_TEXTS).toWellFormed()).slice(0, 500)}`,
    }),
  },
  {
    name: 'another path',
    isForeign: true,
    apply(call, random) {
      const [path = '', query] = call.target.split('?')
      const changed = random.pick([
        `${path}/`,
        `/${path}`,
        `${path}//x`,
        `${path}/..`,
        `/./${path}`,
        path.toUpperCase(),
        `${path};a=b`,
        `${path}%2f`,
        `${path}%00`,
        `${path}.json`,
        path.replace(/\/[^/]+$/, '/%'),
        `${path}/%zz`,
        '/',
        '/%c0%af',
        '*',
        '/admin',
        '/docs/../admin/users',
        '/docs/%2e%2e/%2e%2e/etc/passwd',
        '/docs/static/..%2f..%2fpackage.json',
        `/${'a'.repeat(3000)}`,
        `${path}/${'b'.repeat(300)}`,
        `${path}#x`,
      ])
      return { ...call, target: query === undefined ? changed : `${changed}?${query}` }
    },
  },
  { name: 'headers of 20 KiB', apply: (call) => withHeader(call, 'x-large', 'a'.repeat(20_000)) },
  {
    name: 'many headers',
    apply: (call) => ({
      ...call,
      headers: [...call.headers, ...Array.from({ length: 300 }, (_, index) => [`x-${index}`, 'a'] as const)],
    }),
  },
]

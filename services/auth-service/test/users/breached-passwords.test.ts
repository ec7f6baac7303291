import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { createBreachedPasswords, parseRangeUrl } from '../../src/users/breached-passwords.ts'
import { type RangeHandler, sha1, startRangeService } from '../support/range-service.ts'

const BREACHED = 'seven otters were in a breach'
const hash = sha1(BREACHED)
const log = { warn() {} }

t.test('a breached password is found by the first five digits of its hash', async (t) => {
  const { url, asked } = await startRangeService(
    t,
    () => `0000000000000000000000000000000000A:3\r\n${hash.slice(5)}:12\r\n`,
  )
  const breached = createBreachedPasswords(url, log)
  t.equal(await breached.has(BREACHED), true)
  t.equal(await breached.has('seven otters were never in one'), false)
  t.equal(asked[0], `/range/${hash.slice(0, 5)}`)
  t.notOk(asked.some((url) => url.includes(hash.slice(5))))
})

t.test('a padded line is no breach', async (t) => {
  const { url } = await startRangeService(t, () => `${hash.slice(5)}:0`)
  t.equal(await createBreachedPasswords(url, log).has(BREACHED), false)
})

const breach = `${hash.slice(5)}:12\r\n`

/** An answer that never ends. */
function begin(response: ServerResponse, status = 200): undefined {
  response.statusCode = status
  response.write(breach)
}

/** An answer that always goes on. */
function drip(response: ServerResponse): undefined {
  const timer = setInterval(() => response.write(`${'0'.repeat(35)}:1\r\n`), 20)
  response.on('close', () => clearInterval(timer))
}

const failures: Record<string, RangeHandler> = {
  'is silent': () => undefined,
  'stops in the middle': (_, response) => begin(response),
  'never comes to an end': (_, response) => drip(response),
  'sends more than any range has': () => breach.repeat(30_000),
  'sends a little that becomes much': (_, response) => {
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync(breach.repeat(1_000_000)))
    return undefined
  },
  'has an error': (_, response) => begin(response, 500),
  'wants fewer requests': (_, response) => begin(response, 429),
  'breaks off': (_, response) => {
    response.destroy()
    return undefined
  },
}
for (const [failure, handler] of Object.entries(failures)) {
  t.test(`a range service that ${failure} blocks no password, is in the log, and is not held on to`, async (t) => {
    const warnings: unknown[] = []
    const { url, open } = await startRangeService(t, handler)
    const breached = createBreachedPasswords(url, { warn: (fields) => warnings.push(fields) })
    t.equal(await breached.has(BREACHED), false)
    t.equal(warnings.length, 1)
    t.notMatch(inspect(warnings, { depth: 5 }), hash.slice(0, 5))
    t.ok(await eventually(() => open() === 0))
  })
}

t.test('a range service that is away blocks no password', async (t) => {
  t.equal(await createBreachedPasswords('http://127.0.0.1:1/range/', log).has(BREACHED), false)
})

t.test('the hash goes nowhere else: a redirect is not followed', async (t) => {
  const elsewhere = await startRangeService(t, () => breach)
  const { url } = await startRangeService(t, (range, response) => {
    response.statusCode = 302
    response.setHeader('location', `${elsewhere.url}${range}`)
    return ''
  })
  t.equal(await createBreachedPasswords(url, log).has(BREACHED), false)
  t.same(elsewhere.asked, [])
})

for (const text of [
  '<html>',
  hash,
  `${hash.slice(5)}`,
  `${hash.slice(5)}:many`,
  `${hash.slice(5)}:-3`,
  `${hash}:3`,
  ':::\n\0',
]) {
  t.test(`${JSON.stringify(text)} is no range with the password in it`, async (t) => {
    const { url } = await startRangeService(t, () => text)
    t.equal(await createBreachedPasswords(url, log).has(BREACHED), false)
  })
}

for (const url of [
  'api.example.test/range',
  'ftp://api.example.test/range',
  'https://name:secret@api.example.test/range',
  'https://api.example.test/range?hash=',
  'https://api.example.test/#range',
]) {
  t.test(`${url} is no range service`, async (t) => {
    t.throws(() => parseRangeUrl(url), { message: /^must be a URL that starts with https:/ })
  })
}

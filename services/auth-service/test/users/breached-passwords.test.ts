import t from 'tap'
import { createBreachedPasswords, parseRangeUrl } from '../../src/users/breached-passwords.ts'
import { sha1, startRangeService } from '../support/range-service.ts'

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

t.test('a range service that is silent, wrong, endless or away blocks no password', async (t) => {
  const silent = await startRangeService(t, () => undefined)
  t.equal(await createBreachedPasswords(silent.url, log).has(BREACHED), false)
  const endless = await startRangeService(t, () => 'A'.repeat(2_000_000))
  t.equal(await createBreachedPasswords(endless.url, log).has(BREACHED), false)
  t.equal(await createBreachedPasswords('http://127.0.0.1:1/range/', log).has(BREACHED), false)
})

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

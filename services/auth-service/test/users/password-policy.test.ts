import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createBreachedPasswords } from '../../src/users/breached-passwords.ts'
import { createPasswordPolicy } from '../../src/users/password-policy.ts'

const owner = { email: 'grace.hopper@navy.example', username: 'amazing', fullName: 'Grace Hopper' }
const policy = createPasswordPolicy({ minLength: 15, contextWords: ['latchkey', 'acme', 'rotterdam'] })
t.teardown(() => policy.close())

for (const password of [
  'Latchkey2026!!!!',
  'latchkeylatchkey',
  'AcmeRotterdam2026',
  'MyPassword2026!!',
  'Willkommen12345',
  'motdepasse123456',
  'contraseña12345',
  'parola1234567890',
  'йцукенгшщзхъфыва',
  'password1234567',
  'qwertyuiopasdfgh',
  'aaaaaaaaaaaaaaaa',
  'GraceHopper2026!',
  'grace.hopper.navy',
  'TrustNo1TrustNo1',
]) {
  t.test(`${password} is guessable`, async (t) => {
    t.equal(await policy.objection(password, owner), 'is too common or too easy to guess')
  })
}

for (const password of [
  'a heron walks over nine slow rivers',
  'correct horse battery staple',
  'kjhgqwpoiuzmxnb',
  'семь медленных рек и одна цапля',
  '山の上にある小さな青い家の窓から',
  'vierzehn müde Otter zählen Sterne',
]) {
  t.test(`${password} is good`, async (t) => {
    t.equal(await policy.objection(password, owner), undefined)
  })
}

t.test('lengths are counted in characters and in bytes', async (t) => {
  t.equal(await policy.objection('kjhgqwpoiuzmxn', owner), 'must have at least 15 characters')
  t.equal(await policy.objection('ü'.repeat(129), owner), 'must have at most 256 bytes')
})

t.test('the name of its owner is no password', async (t) => {
  t.equal(await policy.objection('Grace.Hopper@Navy.Example', owner), 'must not be the e-mail address or the user name')
})

t.test('more passwords than can be checked in time are unavailable, and nothing else', async (t) => {
  const results = await Promise.allSettled(
    Array.from({ length: 60 }, (_, n) => policy.objection(`a heron walks over ${n} slow rivers`, owner)),
  )
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  t.ok(failures.length > 0)
  for (const failure of failures) t.match(failure, { code: 'unavailable', statusCode: 503 })
})

const BREACHED = 'seven otters were in a breach'

async function rangeService(
  t: Test,
  answer: (range: string) => string | undefined,
): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const text = answer((request.url ?? '').slice('/range/'.length))
    if (text !== undefined) response.end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`, asked }
}
const hash = createHash('sha1').update(BREACHED).digest('hex').toUpperCase()
const log = { warn() {} }

t.test('a breached password is found by the first five digits of its hash', async (t) => {
  const { url, asked } = await rangeService(t, () => `0000000000000000000000000000000000A:3\r\n${hash.slice(5)}:12\r\n`)
  const breached = createBreachedPasswords(url, log)
  t.equal(await breached.has(BREACHED), true)
  t.equal(await breached.has('seven otters were never in one'), false)
  t.equal(asked[0], `/range/${hash.slice(0, 5)}`)
  t.notOk(asked.some((url) => url.includes(hash.slice(5))))
})

t.test('a padded line is no breach', async (t) => {
  const { url } = await rangeService(t, () => `${hash.slice(5)}:0`)
  t.equal(await createBreachedPasswords(url, log).has(BREACHED), false)
})

t.test('a range service that is silent, wrong, endless or away blocks nobody', async (t) => {
  const silent = await rangeService(t, () => undefined)
  t.equal(await createBreachedPasswords(silent.url, log).has(BREACHED), false)
  const endless = await rangeService(t, () => 'A'.repeat(2_000_000))
  t.equal(await createBreachedPasswords(endless.url, log).has(BREACHED), false)
  t.equal(await createBreachedPasswords('http://127.0.0.1:1/range/', log).has(BREACHED), false)
})

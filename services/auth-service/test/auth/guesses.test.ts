import { connectRedis, keysOf } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { databaseOf } from '../support/audit.ts'
import { PASSWORD, type SignedIn, startAuthService } from '../support/auth-service.ts'
import { startMailbox } from '../support/mailbox.ts'

const NEW_PASSWORD = 'a heron walks over nine slow rivers'
const HOUR_MS = 3_600_000

const mailbox = await startMailbox(t)
let lateMs = 0
const auth = await startAuthService(t, {
  variables: { ...mailbox.variables, TRUST_PROXY: '127.0.0.1' },
  now: () => Date.now() + lateMs,
})
const db = databaseOf(t, auth)
const redis = connectRedis(auth.environment.redisUrl)
t.teardown(() => redis.quit())

let networks = 0
/** Where nobody has called from yet. */
const elsewhere = (): string => `10.1.${Math.floor(++networks / 250)}.${networks % 250}`

type Typed = { email?: string; username?: string; password?: string; deviceToken?: string; deviceId?: string }
const login = ({ email, username, password = PASSWORD, deviceToken, deviceId }: Typed, from: string, at = auth) =>
  at.call('POST', '/auth/login', {
    body: { email, username, password, deviceToken, deviceId, delivery: 'body' },
    headers: { 'x-forwarded-for': from },
  })

/** The statuses of wrong passwords, ten at a time. */
async function guess(count: number, typed: Typed | ((n: number) => Typed), from: string | (() => string)) {
  const counts: Record<number, number> = {}
  for (let n = 0; n < count; n += 10) {
    const answers = await Promise.all(
      Array.from({ length: Math.min(10, count - n) }, (_, i) =>
        login(
          { ...(typeof typed === 'function' ? typed(n + i) : typed), password: 'wrong-wrong-wrong' },
          typeof from === 'function' ? from() : from,
        ),
      ),
    )
    for (const { statusCode } of answers) counts[statusCode] = (counts[statusCode] ?? 0) + 1
  }
  return counts
}

async function newOwner(): Promise<SignedIn & { deviceToken: string }> {
  const { email } = await auth.newAccount()
  const answer = (await login({ email }, elsewhere())).json()
  const { user, device, accessToken, refreshToken, deviceToken } = answer
  return { email, userId: user.id, deviceId: device.id, accessToken, refreshToken, deviceToken }
}
/** Uses up what devices that the account does not know may guess. */
const attack = ({ email }: { email: string }) => guess(110, { email }, elsewhere)

const changePassword = (token: string, currentPassword: string) =>
  auth.call('POST', '/auth/password', { token, body: { currentPassword, newPassword: NEW_PASSWORD } })

t.test('one network uses up its own guesses at an account, and nobody else’s', async (t) => {
  const owner = await newOwner()
  const attacker = elsewhere()
  t.same(await guess(110, { email: owner.email }, attacker), { 401: 50, 429: 60 })
  t.equal(
    (await login({ email: owner.email }, attacker)).statusCode,
    429,
    'the owner behind the same address, on a new device',
  )
  t.equal((await login(owner, attacker)).statusCode, 200, 'on a known one')
  t.equal((await login({ email: owner.email }, elsewhere())).statusCode, 200, 'from elsewhere, on a new one')
  const colleague = await newOwner()
  t.equal((await login({ email: colleague.email }, attacker)).statusCode, 200, 'a colleague behind the same address')
})

t.test(
  'an account has a hundred guesses an hour, whichever of its names is typed, and its owner is untouched',
  async (t) => {
    const { id, email, username } = await auth.newAccount()
    const { deviceToken, deviceId, accessToken, refreshToken } = await (async () => {
      const { device, ...tokens } = (await login({ email }, elsewhere())).json()
      return { deviceId: device.id, ...tokens }
    })()
    t.same(await guess(60, { email: email.toUpperCase() }, elsewhere), { 401: 60 })
    t.same(await guess(60, { username }, elsewhere), { 401: 40, 429: 20 })
    const refused = await login({ email }, elsewhere())
    t.equal(refused.statusCode, 429, 'a right password on a device that nobody knows')
    const wait = Number(refused.headers['retry-after'])
    t.ok(wait > 3500 && wait <= 3600, `${wait}`)
    t.equal(refused.headers['ratelimit-policy'], '"account";q=100;w=3600')
    t.equal(refused.headers.ratelimit, `"account";r=0;t=${wait}`)
    t.equal((await login({ email, deviceId }, elsewhere())).statusCode, 429, 'a bare id proves nothing')

    t.equal((await login({ username, deviceToken }, elsewhere())).statusCode, 200, 'a known device')
    t.equal((await auth.call('POST', '/auth/refresh', { body: { refreshToken } })).statusCode, 401, 'replaced there')
    const now = (await login({ email, deviceToken }, elsewhere())).json()
    t.equal((await auth.call('POST', '/auth/refresh', { body: { refreshToken: now.refreshToken } })).statusCode, 200)
    t.equal((await changePassword(accessToken, PASSWORD)).statusCode, 401)
    const changed = await changePassword(now.accessToken, PASSWORD)
    t.equal(changed.statusCode, 200)
    t.equal(changed.json().user.id, id)
    lateMs += HOUR_MS + 1000
    t.equal((await login({ email, password: NEW_PASSWORD }, elsewhere())).statusCode, 200, 'an hour later')
  },
)

t.test('a network sprays a thousand names, and right passwords of known devices pass from there', async (t) => {
  const owner = await newOwner()
  const attacker = '2001:db8:7:7::1'
  const spray = await guess(
    1010,
    (n) => ({ email: `nobody-${n}@example.test` }),
    () => `2001:db8:7:7::${++networks}`,
  )
  t.same(spray, { 401: 1000, 429: 10 })
  const refused = await login({ email: owner.email }, attacker)
  t.equal(refused.statusCode, 429)
  t.equal(refused.headers['ratelimit-policy'], '"network";q=1000;w=900')
  t.equal((await login(owner, attacker)).statusCode, 200)
  t.equal((await login({ email: owner.email }, '2001:db8:7:8::1')).statusCode, 200)
})

t.test(
  'known, unknown, disabled and unverified accounts are refused in the same words, below the limits and at them',
  async (t) => {
    const known = await auth.newAccount()
    const disabled = await auth.newAccount({ status: 'disabled' })
    const invited = await auth.newAccount({ status: 'invited' })
    const unproved = await auth.newAccount({ isSelfRegistered: true })
    const emails = [known.email, disabled.email, invited.email, unproved.email, 'nobody-at-all@example.test']
    const answers = []
    for (const email of emails) {
      const from = elsewhere()
      const wrong = await login({ email, password: 'wrong-wrong-wrong' }, from)
      const counts = await guess(54, { email }, from)
      const refused = await login({ email }, from)
      const plain = [wrong, refused].map(({ statusCode, headers, body }) => {
        const { date, 'x-request-id': id, 'retry-after': wait, ratelimit, 'content-length': length, ...rest } = headers
        // Each waits for as long as its own guesses count.
        return {
          statusCode,
          rest,
          length: Number(length) - String(id).length,
          body: body.replace(String(id), ''),
          names: Object.keys(headers),
          wait: Number(wait) > 890,
        }
      })
      answers.push({ plain, counts })
    }
    for (const each of answers) t.same(each, answers[0])
    t.same(answers[0]?.counts, { 401: 49, 429: 5 })
  },
)

t.test('who is refused leaves nothing in Redis, and nobody counts for what was not decided', async (t) => {
  const attacker = elsewhere()
  await guess(1000, (n) => ({ username: `filler-${n}` }), attacker)
  const keys = async () => {
    const found = (await keysOf(redis, `${auth.environment.redisPrefix}guess:*`)).sort()
    return Promise.all(found.map(async (key) => [key, (await redis.dumpBuffer(key)).toString('hex')]))
  }
  const before = await keys()
  t.same(await guess(200, (n) => ({ username: `invented-${n}` }), attacker), { 429: 200 })
  t.same(await keys(), before)
  for (const [key = ''] of before) t.notMatch(key, /filler|10\.1\./)
})

t.test('while Postgres is stuck every sign-in is 503, and afterwards every right password is good', async (t) => {
  const from = elsewhere()
  const people = await Promise.all(Array.from({ length: 4 }, () => auth.newAccount()))
  await db.transaction().execute(async (trx) => {
    await sql`lock table users in access exclusive mode`.execute(trx)
    const tries = Array.from({ length: 60 }, (_, n) => login({ email: people[n % 4]?.email ?? '' }, from, auth.once))
    t.same([...new Set((await Promise.all(tries)).map(({ statusCode }) => statusCode))], [503])
  })
  // More than the network or any of them could have wrong: each of the tries before would have counted.
  for (const { email } of people) t.equal((await login({ email }, from)).statusCode, 200)
  const left = await keysOf(redis, `${auth.environment.redisPrefix}guess:*:pending`)
  t.same(left, [], 'no place is taken')
})

t.test('a stolen session guesses ten passwords an hour, and the owner’s other session has its own', async (t) => {
  const owner = await newOwner()
  const stolen = await auth.signIn(owner.email)
  for (let n = 0; n < 10; n++) t.equal((await changePassword(stolen.accessToken, `wrong ${n}`)).statusCode, 403)
  const refused = await changePassword(stolen.accessToken, PASSWORD)
  t.equal(refused.statusCode, 429)
  t.equal(refused.headers['ratelimit-policy'], '"holder";q=10;w=3600')
  const body = { email: 'other@example.test', currentPassword: PASSWORD }
  t.equal((await auth.call('POST', '/auth/email', { token: stolen.accessToken, body })).statusCode, 429, 'one budget')
  t.equal((await auth.call('POST', '/auth/email', { token: owner.accessToken, body })).statusCode, 202)
  t.equal((await changePassword(owner.accessToken, PASSWORD)).statusCode, 200)
})

t.test('an owner under attack comes in on a new device by a reset link', async (t) => {
  const owner = await newOwner()
  await attack(owner)
  t.equal((await login({ email: owner.email }, elsewhere())).statusCode, 429)
  await auth.call('POST', '/auth/password/forgot', { body: { email: owner.email } })
  const token = await mailbox.nextToken(owner.email)
  const reset = await auth.call('POST', '/auth/password/reset', { body: { token, password: NEW_PASSWORD } })
  t.equal(reset.statusCode, 204)
  const [cookie = ''] = [reset.headers['set-cookie'] ?? []].flat()
  t.match(cookie, /^__Host-device=[^;]+; Max-Age=31536000; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
  const [, deviceToken = ''] = /^__Host-device=([^;]+)/.exec(cookie) ?? []
  t.equal((await login({ email: owner.email, password: NEW_PASSWORD }, elsewhere())).statusCode, 429, 'not without it')
  const signedIn = await login({ email: owner.email, password: NEW_PASSWORD, deviceToken }, elsewhere())
  t.equal(signedIn.statusCode, 200)
})

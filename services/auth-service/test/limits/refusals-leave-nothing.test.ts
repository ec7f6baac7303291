import { Redis } from 'ioredis'
import { sql } from 'kysely'
import t from 'tap'
import { databaseOf, trailOf } from '../support/audit.ts'
import { PASSWORD, startAuthService } from '../support/auth-service.ts'
import { newClient } from '../support/clients.ts'
import { loadDictionaries } from '../support/shared-strength.ts'

/** Of each type; `REFUSALS=20000` for the long run. The bounds are of full tables: they hold for any number. */
const REFUSALS = Number(process.env.REFUSALS ?? 800)
const MIB = 1024 * 1024

const auth = await startAuthService(t, { variables: { TRUST_PROXY: '127.0.0.1', REGISTRATION: 'open' } })
await loadDictionaries()
const { redisUrl, redisPrefix } = auth.environment
const redis = new Redis(redisUrl)
t.teardown(() => redis.disconnect())
const db = databaseOf(t, auth)
const trail = await trailOf(auth)
const client = await newClient(auth, 'reader')
const user = await auth.newUser()
const taken = await auth.newAccount()

/** Every other request comes from a network of its own, the others from one: both are refused in their way. */
function addressOf(n: number): string {
  if (n % 2) return '198.51.100.1'
  if (n % 4) return `2001:db8:${(n >> 16).toString(16)}:${(n & 0xffff).toString(16)}::1`
  return `11.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`
}

type Call = { url: string; method?: 'GET' | 'POST'; payload?: object | string; headers?: Record<string, string> }
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const bearer = { authorization: `Bearer ${user.accessToken}` }
const own = { 'x-requested-with': 'test' }

const TYPES: Record<string, (n: number) => Call> = {
  'a bad refresh token': (n) => ({ url: '/auth/refresh', payload: { refreshToken: `bad${n}` } }),
  'a bad refresh token at /oauth/token': (n) => ({
    url: '/oauth/token',
    payload: `grant_type=refresh_token&refresh_token=bad${n}`,
    headers: form,
  }),
  'a wrong secret of a client': () => ({
    url: '/oauth/token',
    payload: 'grant_type=client_credentials',
    headers: { ...form, authorization: `Basic ${Buffer.from(`${client.clientId}:wrong`).toString('base64')}` },
  }),
  'an invented client': (n) => ({
    url: '/oauth/introspect',
    payload: 'token=x',
    headers: { ...form, authorization: `Basic ${Buffer.from(`client-${n}:wrong`).toString('base64')}` },
  }),
  'an invented name': (n) => ({
    url: '/auth/login',
    payload: { username: `nobody-${n}`, password: 'wrong-wrong-wrong' },
    headers: own,
  }),
  'a wrong password': () => ({
    url: '/auth/login',
    payload: { email: taken.email, password: 'wrong-wrong-wrong' },
    headers: own,
  }),
  'a request of another site': (n) => ({
    url: '/auth/login',
    payload: { email: taken.email, password: PASSWORD },
    headers: { origin: `https://site-${n}.example` },
  }),
  'a missing scope': () => ({ url: '/admin/users', method: 'GET', headers: bearer }),
  'a bad access token': (n) => ({ url: '/auth/me', method: 'GET', headers: { authorization: `Bearer bad${n}` } }),
  'a bad link': (n) => ({
    url: '/auth/password/reset',
    payload: { token: `${n}`.padStart(43, 'x'), password: 'a heron walks over nine slow rivers' },
  }),
  'a name that is taken': (n) => ({
    url: '/auth/register',
    payload: { email: taken.email, username: `stranger-${n}`, password: 'a heron walks over nine slow rivers' },
  }),
}

async function refuse(make: (n: number) => Call): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  for (let first = 0; first < REFUSALS; first += 20) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const { method = 'POST', headers, ...call } = make(first + i)
        const forwarded = { 'x-forwarded-for': addressOf(first + i) }
        return auth.app.inject({ ...call, method, headers: { ...headers, ...forwarded } })
      }),
    )
    for (const { statusCode } of answers) statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
  }
  return statuses
}

async function redisNow(): Promise<{ keys: Set<string>; bytes: number }> {
  const keys: string[] = []
  for await (const page of redis.scanStream({ match: `${redisPrefix}*`, count: 1000 })) keys.push(...page)
  const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)))
  return { keys: new Set(keys), bytes: sizes.reduce<number>((sum, size) => sum + Number(size ?? 0), 0) }
}

async function rowsNow(): Promise<number> {
  await trail()
  const { rows } = await sql<{ n: string }>`
    select (select count(*) from audit_events) + (select count(*) from audit_personal) + (select count(*) from users) +
      (select count(*) from links) + (select count(*) from mails) as n`.execute(db)
  return Number(rows[0]?.n)
}

for (const [type, make] of Object.entries(TYPES)) {
  t.test(`${type} leaves little, however often it is sent`, async (t) => {
    const [before, rowsBefore, startedAt] = [await redisNow(), await rowsNow(), Date.now()]
    const statuses = await refuse(make)
    t.notOk(
      [200, 201, 204, 500].some((status) => statuses.has(status)),
      [...statuses].join(' '),
    )
    const [after, rows] = [await redisNow(), (await rowsNow()) - rowsBefore]
    const minutes = Math.floor(Date.now() / 60_000) - Math.floor(startedAt / 60_000) + 1
    // Forty entries and one for all others, of each of two types, each in two tables.
    t.ok(rows <= minutes * 164 + 2, `${rows} rows in ${minutes} minutes`)
    // Five tables at most take part in a refusal. A full one has 64 hashes of 64 fields, less than 0.4 MiB.
    const made = [...after.keys].filter((key) => !before.keys.has(key) && !key.endsWith(':pending'))
    t.ok(made.length <= 5 * 64, `${made.length} keys`)
    const lengths = await Promise.all(made.filter((key) => key.includes('guess:')).map((key) => redis.hlen(key)))
    t.ok(
      lengths.every((length) => length <= 101),
      `${Math.max(0, ...lengths)} fields`,
    )
    t.ok(after.bytes - before.bytes < MIB, `${after.bytes - before.bytes} bytes`)
  })
}

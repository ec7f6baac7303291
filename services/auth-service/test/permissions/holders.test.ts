import { createDatabase } from '@latchkey/database'
import { eventually, privateRedis, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import { sql } from 'kysely'
import t from 'tap'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { administratorOf, PASSWORD, refreshWith, startAuthService } from '../support/auth-service.ts'
import { startResourceService } from '../support/resource-service.ts'

const HOLDERS = 100_000
const SIGNED_IN = 100

// Its commands are counted: no other test sends any.
const { url: redisUrl } = await privateRedis(t)
const auth = await startAuthService(t, { environment: { ...(await testEnvironment(t)), redisUrl } })
const resource = await startResourceService(t, auth)
const asAdmin = await administratorOf(auth)
const { databaseUrl: url, schema } = auth.environment
const { db, close } = createDatabase<AuthSchema>({ url, schema, poolSize: 1, statementTimeoutMs: 60_000 })
t.teardown(close)
const redis = new Redis(redisUrl)
t.teardown(() => redis.disconnect())

/** Calls so far of each command that changes something. Each replica asks several times a second whether Redis is as new as it was. */
async function writes(): Promise<Record<string, number>> {
  const stats = await redis.info('commandstats')
  const reads =
    /cmdstat_(auth|info|xinfo\|stream|ping|xrange|xread|xlen|get|exists|keys|hlen|multi|exec|hello|client\|\w+|time|evalsha|eval|hmget|hget|hgetall)$/
  const counts = [...stats.matchAll(/(cmdstat_\S+):calls=(\d+)/g)]
  return Object.fromEntries(counts.flatMap(([, name = '', calls]) => (reads.test(name) ? [] : [[name, Number(calls)]])))
}

/** Accounts that Redis has a mark of. They are written beside all else, page by page. */
async function marked(): Promise<number> {
  const lengths = await Promise.all((await redis.keys('*account-marks:*')).map((key) => redis.hlen(key)))
  return lengths.reduce((sum, length) => sum + length, 0)
}

async function transactionId(): Promise<string> {
  const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(db)
  return rows[0]?.id ?? ''
}

/** Accounts and sessions that were written since. */
async function rowsSince(transaction: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select (select count(*) from users where xmin::text::bigint >= ${transaction}::bigint)
      + (select count(*) from session_events where xmin::text::bigint >= ${transaction}::bigint) as count`.execute(db)
  return Number(rows[0]?.count)
}

t.test(
  'a role of 100,000 holders loses a scope with one entry of the feed, and writes nothing per holder',
  async (t) => {
    const description = 'For tests'
    await asAdmin('PUT', '/admin/scopes/payroll:read', { description })
    await asAdmin('PUT', '/admin/roles/clerk', { description, scopes: ['profile', 'payroll:read'] })
    const { email } = await auth.newAccount({ username: 'holder-0', roles: ['clerk'], password: PASSWORD })
    // Many at once, in batches that no statement timeout meets.
    for (let first = 1; first < HOLDERS; first += 10_000) {
      await sql`
      insert into users (id, email, email_key, username, username_key, password_hash, roles)
      select gen_random_uuid(), name || '@example.test', name || '@example.test', name, name,
        (select password_hash from users where username = 'holder-0'), '{clerk}'
      from (select 'holder-' || n as name from generate_series(${first}::int, ${Math.min(first + 9_999, HOLDERS - 1)}::int) n) names`.execute(
        db,
      )
    }
    const signedIn = [await auth.signIn(email)]
    while (signedIn.length < SIGNED_IN) signedIn.push(await auth.signIn(`holder-${signedIn.length}@example.test`))
    for (const { accessToken } of signedIn) t.equal(await resource.verify(accessToken), 'ok')
    t.ok(await eventually(async () => (await marked()) > HOLDERS), 'all accounts have their mark')

    const [writesBefore, transaction] = [await writes(), await transactionId()]
    const startMs = performance.now()
    const narrowed = await asAdmin('PUT', '/admin/roles/clerk', { description, scopes: ['profile'] })
    const answeredMs = performance.now()
    t.equal(narrowed.statusCode, 200)
    const isRefused = async ({ accessToken }: { accessToken: string }) =>
      (await resource.verify(accessToken)) === 'token_revoked'
    t.ok(await eventually(async () => (await Promise.all(signedIn.map(isRefused))).every(Boolean)))
    const refusedMs = performance.now()
    const writesAfter = await writes()

    const made = Object.entries(writesAfter).flatMap(([name, calls]) => {
      const more = calls - (writesBefore[name] ?? 0)
      return more === 0 ? [] : [[name, more] as const]
    })
    // What went before moves the checkpoint of the fence.
    const moves = new Map(made).get('cmdstat_hset') ?? 0
    t.ok(moves < SIGNED_IN / 10, `${moves} writes of hashes`)
    t.same(
      made.filter(([name]) => name !== 'cmdstat_hset'),
      [['cmdstat_xadd', 1]],
    )
    t.equal(await rowsSince(transaction), 0)
    t.comment(
      `${HOLDERS} holders, ${SIGNED_IN} of them signed in: answered after ${Math.round(answeredMs - startMs)} ms, all refused ${Math.round(refusedMs - answeredMs)} ms later; writes to Redis: ${JSON.stringify(made)}`,
    )

    for (const { refreshToken } of signedIn) {
      const refreshed = await refreshWith(auth, refreshToken)
      t.equal(refreshed.statusCode, 200)
      t.same(refreshed.json().scopes, ['profile'])
      t.equal(await resource.verify(refreshed.json().accessToken), 'ok')
    }
  },
)

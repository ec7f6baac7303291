import { createDatabase, migrate } from '@latchkey/database'
import { connectRedis, NO_HURRY, testEnvironment } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import type { AuthDatabase, AuthSchema } from '../../src/database/auth-database.ts'
import { migrations } from '../../src/database/migrations/index.ts'
import { createAccessTokenLives } from '../../src/revocations/access-token-lives.ts'
import { startAuthService, type TestService } from '../support/auth-service.ts'
import { claimsOf } from '../support/tokens.ts'

const HOUR = 3600
const DAY = 24 * HOUR
/** As the publisher has it. */
const SLACK = 300

type Entry = { id: string; exp: number; at: number }

async function feedOf({ environment }: TestService): Promise<Entry[]> {
  const client = connectRedis(environment.redisUrl)
  const entries = await client.xrange(`${environment.redisPrefix}revocations`, '-', '+')
  client.disconnect()
  return entries.map(([streamId, fields]) => {
    const field = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
    return { id: field('id'), exp: Number(field('exp')), at: Number(streamId.split('-')[0]) / 1000 }
  })
}

t.test(
  'a user who is disabled after the life of tokens was shortened is refused for as long as the tokens of before live',
  async (t) => {
    const before = await startAuthService(t, { variables: { ACCESS_TOKEN_EXPIRY: '1h' } })
    const user = await before.newUser()
    await before.app.close()

    const after = await startAuthService(t, { beside: before, variables: { ACCESS_TOKEN_EXPIRY: '5s' } })
    const admin = await after.signInAdmin()
    const path = `/admin/users/${user.userId}`
    const disabled = await after.call('PATCH', path, { token: admin.accessToken, body: { status: 'disabled' } })
    t.equal(disabled.statusCode, 200)
    const { exp } = claimsOf(user.accessToken)
    const entries = (await feedOf(after)).filter(({ id }) => [user.userId, claimsOf(user.accessToken).sid].includes(id))
    t.ok(entries.length > 0)
    for (const entry of entries) t.ok(entry.exp >= Number(exp), 'the entry outlives the token')
  },
)

t.test('the same when the life is shortened at one replica and the other one revokes', async (t) => {
  const long = await startAuthService(t, { variables: { ACCESS_TOKEN_EXPIRY: '2h' } })
  const short = await startAuthService(t, { beside: long, variables: { ACCESS_TOKEN_EXPIRY: '1m' } })
  const user = await long.newUser()
  await short.call('POST', '/auth/logout', { body: { refreshToken: user.refreshToken } })
  const [entry] = (await feedOf(short)).filter(({ id }) => id === claimsOf(user.accessToken).sid)
  t.ok(entry && entry.exp >= Number(claimsOf(user.accessToken).exp))
})

async function database(t: Parameters<typeof testEnvironment>[0]) {
  const { databaseUrl: url, schema } = await testEnvironment(t)
  const { db, close } = createDatabase<AuthSchema>({ url, schema, ...NO_HURRY })
  t.teardown(close)
  return { db, schema }
}

const leftSeconds = ({ expireBy }: { expireBy: Date }): number => Math.round((expireBy.getTime() - Date.now()) / 1000)
const isNear = (value: number, wanted: number): boolean => Math.abs(value - wanted) < SLACK
const age = async (db: AuthDatabase, seconds: number): Promise<void> => {
  await sql`update access_token_lives set issued_until = issued_until - make_interval(secs => ${seconds})`.execute(db)
}

t.test('what was issued under a longer life counts until it has expired, and no longer', async (t) => {
  const { db, schema } = await database(t)
  await migrate({ db, migrations, schema })
  await createAccessTokenLives(db, HOUR).note()
  const lives = createAccessTokenLives(db, 5)
  await lives.note()
  for (const [agedBy, left, longest] of [
    [0, HOUR, HOUR],
    [HOUR / 2, HOUR / 2, HOUR],
    [HOUR / 2, 5, 5],
  ] as const) {
    await age(db, agedBy)
    // Replicas of today go on noting theirs.
    await sql`update access_token_lives set issued_until = now() where seconds = 5`.execute(db)
    const issued = await lives.issued()
    t.ok(isNear(leftSeconds(issued), left), `${leftSeconds(issued)} s of ${left}`)
    t.equal(issued.longestLifeSeconds, longest)
  }
})

t.test('replicas that could note nothing for a while count as having issued all the while', async (t) => {
  const { db, schema } = await database(t)
  await migrate({ db, migrations, schema })
  const gone = createAccessTokenLives(db, 2 * HOUR)
  const issuing = createAccessTokenLives(db, HOUR)
  await gone.note()
  await age(db, HOUR / 2)
  await sql`insert into access_token_lives (seconds, issued_until) values (${HOUR}, now())`.execute(db)
  await issuing.note()
  // Postgres is away, and the one that still issues goes before it is back.
  await age(db, HOUR)
  const lives = createAccessTokenLives(db, 5)
  await lives.note()
  t.ok(isNear(leftSeconds(await lives.issued()), HOUR))
  const { rows } = await sql<{ seconds: number; old: boolean }>`
    select seconds, issued_until < now() - interval '1 minute' as old from access_token_lives order by seconds`.execute(
    db,
  )
  t.same(rows, [
    { seconds: 5, old: false },
    { seconds: HOUR, old: false },
    { seconds: 2 * HOUR, old: true },
  ])
})

t.test('a database of before this was noted may have tokens of a day; an empty one has none', async (t) => {
  const { db, schema } = await database(t)
  await migrate({ db, migrations, schema })
  const lives = createAccessTokenLives(db, 5)
  t.equal((await lives.issued()).longestLifeSeconds, 5)

  await migrations['0015-access-token-lives']?.down(db)
  await sql`
    insert into users (id, email, email_key, username, username_key, password_hash, roles)
    values (gen_random_uuid(), 'a', 'a', 'a', 'a', '', '{user}')`.execute(db)
  await migrations['0015-access-token-lives']?.up(db)
  const issued = await lives.issued()
  t.equal(issued.longestLifeSeconds, DAY)
  t.ok(isNear(leftSeconds(issued), DAY))
})

import { parseKeyRing } from '@latchkey/access-token'
import { encodeRevocation } from '@latchkey/resource-server/revocations'
import { eventually, type TestScope, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import { Redis } from 'ioredis'
import t from 'tap'
import { createRecordEnvelopes } from '../../src/keys/record-envelopes.ts'
import { ALGORITHMS } from '../support/algorithms.ts'
import {
  administratorOf,
  refreshWith,
  type SignedIn,
  startAuthService,
  type TestService,
  untilReady,
} from '../support/auth-service.ts'
import { claimsOf, forge } from '../support/tokens.ts'

/** Whoever writes to Redis. */
function snapshotsOf(t: TestScope, { environment }: Pick<TestService, 'environment'>) {
  const redis = new Redis(environment.redisUrl)
  t.teardown(async () => redis.disconnect())
  const keyOf = (userId: string): string => `${environment.redisPrefix}user:{${userId}}`
  return {
    redis,
    read: async ({ userId }: Pick<SignedIn, 'userId'>) => (await redis.hget(keyOf(userId), 'u')) ?? '',
    write: async ({ userId }: Pick<SignedIn, 'userId'>, record: string) => {
      await redis.hset(keyOf(userId), 'u', record)
    },
  }
}

async function signedIn(auth: TestService, ...roles: string[]): Promise<SignedIn> {
  const { email } = await auth.newAccount({ roles: ['user', ...roles] })
  return auth.signIn(email)
}

/** What the service wrote before snapshots were in envelopes. */
const plainSnapshot = ({ userId, email }: SignedIn, roles: string[]): string =>
  JSON.stringify({
    user: {
      id: userId,
      email,
      username: 'mallory',
      fullName: null,
      roles,
      status: 'active',
      emailVerified: true,
      createdAt: new Date(0),
    },
    tokenVersion: 0,
    passwordVersion: 0,
  })

const foreign = createRecordEnvelopes({ ring: () => parseKeyRing(`r1:${'x'.repeat(40)}`), now: Date.now })

for (const { name, variables } of ALGORITHMS) {
  t.test(`${name}: no snapshot that somebody else puts into Redis says what a user may do`, async (t) => {
    const auth = await startAuthService(t, { variables })
    const { read, write } = snapshotsOf(t, auth)
    const boss = await auth.signInAdmin()
    const own = createRecordEnvelopes({ ring: auth.config.tokens.refreshKeys.current, now: Date.now })
    const asAdministrator = { user: { id: boss.userId, roles: ['admin'], status: 'active' }, tokenVersion: 0 }

    const forgeries: Record<string, (user: SignedIn, record: string) => string | Promise<string>> = {
      "an administrator's": () => read(boss),
      'plain text': (user) => plainSnapshot(user, ['admin']),
      'plain text behind the mark': (user) => `?=${plainSnapshot(user, ['admin'])}`,
      'under another key': ({ userId }) =>
        `?=${foreign.encrypt({ kind: 'user snapshot', id: userId }, asAdministrator)}`,
      'of another kind': ({ userId }) => `?=${own.encrypt({ kind: 'client scopes', id: userId }, asAdministrator)}`,
      'with a changed bit': (_, record) => `${record.slice(0, 40)}${record[40] === 'A' ? 'B' : 'A'}${record.slice(41)}`,
      'cut off': (_, record) => record.slice(0, 20),
      'the mark alone': () => '?=',
      'a lease': () => '?forged',
      empty: () => '',
    }
    for (const [title, forgery] of Object.entries(forgeries)) {
      const user = await signedIn(auth)
      const record = await read(user)
      t.notMatch(record, /admin|example|mallory/, 'nobody reads it')
      const forged = await forgery(user, record)

      await write(user, forged)
      const answer = await refreshWith(auth, user.refreshToken)
      t.equal(answer.statusCode, 200, title)
      t.match(claimsOf(answer.json().accessToken), { sub: user.userId, roles: ['user'], scope: 'profile' }, title)
      t.equal(answer.json().user.email, user.email, title)
      t.not(await read(user), forged, `${title}: it is replaced`)

      await write(user, forged)
      const asUser = { token: answer.json().accessToken }
      t.equal((await auth.call('GET', '/admin/users', asUser)).json().code, 'insufficient_scope', title)
      t.match((await auth.call('GET', '/auth/me', asUser)).json(), { user: { email: user.email } }, title)
      t.not(await read(user), forged, `${title}: it is replaced`)

      const next = await refreshWith(auth, answer.json().refreshToken)
      t.equal(next.statusCode, 200, `${title}: the session goes on`)
    }
  })

  t.test(`${name}: a snapshot from before a user lost a role, or the account, comes back in vain`, async (t) => {
    const auth = await startAuthService(t, { variables })
    const { redis, read, write } = snapshotsOf(t, auth)
    const asAdmin = await administratorOf(auth)
    const user = await signedIn(auth, 'hr')
    const before = await read(user)
    t.equal((await asAdmin('PATCH', `/admin/users/${user.userId}`, { roles: ['user'] })).statusCode, 200)

    let { refreshToken } = user
    async function refreshed(service: TestService): Promise<Record<string, unknown>> {
      await write(user, before)
      const answer = await refreshWith(service, refreshToken)
      t.equal(answer.statusCode, 200)
      refreshToken = answer.json().refreshToken
      t.not(await read(user), before)
      return claimsOf(answer.json().accessToken)
    }
    t.match(await refreshed(auth), { ver: 1, roles: ['user'], scope: 'profile' })
    t.match(await refreshed(auth), { ver: 1, roles: ['user'], scope: 'profile' }, 'however often')

    await redis.del(`${auth.environment.redisPrefix}revocations`)
    const later = await startAuthService(t, { variables, beside: auth })
    t.match(await refreshed(later), { ver: 1, roles: ['user'] }, 'at a replica that never saw the feed')

    await write(user, before)
    t.equal((await asAdmin('PATCH', `/admin/users/${user.userId}`, { status: 'disabled' })).statusCode, 200)
    await write(user, before)
    t.equal((await refreshWith(auth, refreshToken)).json().code, 'session_ended')
  })

  t.test(`${name}: a token that names more than its session may opens nothing beside a forged snapshot`, async (t) => {
    if (name !== 'HS256') return void t.pass('nobody else signs')
    const auth = await startAuthService(t, { variables })
    const { write } = snapshotsOf(t, auth)
    const user = await signedIn(auth)
    await write(user, plainSnapshot(user, ['admin']))
    const token = forge(auth, user.accessToken, { roles: ['admin'], scope: 'profile users:read' })
    t.equal((await auth.call('GET', '/admin/users', { token })).json().code, 'insufficient_scope')
  })
}

t.test('a snapshot of before the upgrade is replaced, without harm to the session', async (t) => {
  const auth = await startAuthService(t)
  const { read, write } = snapshotsOf(t, auth)
  const user = await signedIn(auth)
  await write(user, plainSnapshot(user, ['user']))
  const first = await refreshWith(auth, user.refreshToken)
  t.match(first.json(), { user: { email: user.email } })
  t.match(await read(user), /^\?=[\w-]+$/)
  t.equal((await refreshWith(auth, first.json().refreshToken)).statusCode, 200)
})

t.test('replicas with the keys of one ring take the snapshots of each other, and Postgres may be away', async (t) => {
  const environment = await testEnvironment(t)
  const postgres = await tcpRelay(t, environment.databaseUrl)
  const [first, second] = [`r1:${'first-'.repeat(7)}`, `r2:${'second-'.repeat(7)}`]
  const relayed = { ...environment, databaseUrl: postgres.url }
  const old = await startAuthService(t, { environment, variables: { REFRESH_TOKEN_SECRET: `${first},${second}` } })
  const both = await startAuthService(t, {
    environment: relayed,
    variables: { REFRESH_TOKEN_SECRET: `${second},${first}` },
  })
  const { read } = snapshotsOf(t, old)
  const user = await signedIn(old)
  const record = await read(user)

  await postgres.refuse()
  const answer = await refreshWith(both.once, user.refreshToken)
  t.equal(answer.statusCode, 200, 'a refresh needs no Postgres')
  t.equal(await read(user), record)
  await postgres.restore()
  await untilReady(both)

  const strange = await startAuthService(t, {
    environment,
    variables: { REFRESH_TOKEN_SECRET: `r3:${'third-'.repeat(7)},${second}` },
  })
  t.equal((await refreshWith(strange, answer.json().refreshToken)).statusCode, 200)
  t.not(await read(user), record, 'under a key that is in no ring here it counts as missing')
})

t.test('a version in the feed that Postgres never had costs its user no refresh', async (t) => {
  const auth = await startAuthService(t)
  const { redis, read } = snapshotsOf(t, auth)
  const user = await signedIn(auth)
  const record = await read(user)
  const entry = { kind: 'user', id: user.userId, ver: 7, exp: Math.floor(Date.now() / 1000) + 600 } as const
  await redis.xadd(`${auth.environment.redisPrefix}revocations`, '*', ...encodeRevocation(entry))
  const me = () => auth.call('GET', '/auth/me', { token: user.accessToken })
  t.ok(await eventually(async () => (await me()).statusCode === 401), 'the entry was read')

  const answer = await refreshWith(auth, user.refreshToken)
  t.equal(answer.statusCode, 200)
  t.not(await read(user), record, 'it was read from Postgres')
  t.equal((await refreshWith(auth, answer.json().refreshToken)).statusCode, 200)
})

import { setTimeout as sleep } from 'node:timers/promises'
import { createDatabase } from '@latchkey/database'
import { eventually, NO_HURRY, type RelayedChunk, tcpRelay, testEnvironment } from '@latchkey/test-kit'
import type { LightMyRequestResponse as Response } from 'fastify'
import { sql } from 'kysely'
import t from 'tap'
import type { AuthSchema } from '../../src/database/auth-database.ts'
import { PASSWORD, refreshWith, type SignedIn, startAuthService } from '../support/auth-service.ts'

const NEW_PASSWORD = 'copper-lantern-drifts-9'

/** A point at which a relay stops: the first request with this text, and all that follows it. */
class Breakpoint {
  readonly #text: string
  #reached = Promise.withResolvers<void>()
  #continued = Promise.withResolvers<void>()
  #isSet = false

  constructor(text: string) {
    this.#text = text
  }

  readonly onChunk = ({ from, bytes }: RelayedChunk): Promise<void> | undefined => {
    if (!this.#isSet || from !== 'client' || !bytes.includes(this.#text)) return undefined
    this.#isSet = false
    this.#reached.resolve()
    return this.#continued.promise
  }

  set(): void {
    this.#reached = Promise.withResolvers()
    this.#continued = Promise.withResolvers()
    this.#isSet = true
  }

  readonly reached = (): Promise<void> => this.#reached.promise
  readonly continue = (): void => this.#continued.resolve()
}

// Changes of password go to one replica, which stops once it holds the row of the account and has found the session alive; all other
// calls go to the other replica, which stops when it has recorded the end of a session and not applied it yet.
const environment = await testEnvironment(t)
const changing = new Breakpoint('insert into "session_events"')
const ending = new Breakpoint('\r\nkind\r\n')
const [postgres, redis] = await Promise.all([
  tcpRelay(t, environment.databaseUrl, { onChunk: changing.onChunk }),
  tcpRelay(t, environment.redisUrl, { onChunk: ending.onChunk }),
])
const other = await startAuthService(t, { environment: { ...environment, redisUrl: redis.url } })
const { db, close } = createDatabase<AuthSchema>({
  url: environment.databaseUrl,
  schema: environment.schema,
  ...NO_HURRY,
})
t.teardown(close)

/** Changes passwords on a replica whose connections have prepared nothing yet, so that the text of each statement passes its relay. */
async function startChanging(): Promise<(user: SignedIn) => Promise<Response>> {
  const replica = await startAuthService(t, { environment: { ...environment, databaseUrl: postgres.url } })
  const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }
  return (user) => replica.once.call('POST', '/auth/password', { token: user.accessToken, body })
}

async function isLockAwaited(): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity join pg_locks using (pid)
    where wait_event_type = 'Lock' and relation = 'users'::regclass`.execute(db)
  return rows.length > 0
}

/** Makes the call in the middle of the change, and lets the change go on once the call waits for it, or has been answered. */
async function during(changed: Promise<Response>, call: () => Promise<Response>) {
  await changing.reached()
  const answer = call()
  let isAnswered = false
  void answer.then(() => {
    isAnswered = true
  })
  await eventually(async () => isAnswered || (await isLockAwaited()))
  const wasAnsweredBefore = isAnswered
  changing.continue()
  return { wasAnsweredBefore, answer: await answer, changed: await changed }
}

t.test('a device that is signed out from elsewhere during a change of password stays signed out', async (t) => {
  const user = await other.newUser()
  const elsewhere = await other.signIn(user.email)
  const changePassword = await startChanging()
  changing.set()
  const { answer, changed } = await during(changePassword(user), () =>
    other.call('DELETE', `/auth/sessions/${user.deviceId}`, { token: elsewhere.accessToken }),
  )
  t.equal(answer.statusCode, 204)
  t.equal(changed.statusCode, 200)
  t.match((await refreshWith(other, changed.json().refreshToken)).json(), {
    code: 'session_ended',
    reason: 'revoked_by_user',
  })
})

t.test('a sign-out during a change of password is answered before it, or ends nothing of it', async (t) => {
  const user = await other.newUser()
  const changePassword = await startChanging()
  changing.set()
  const { wasAnsweredBefore, answer, changed } = await during(changePassword(user), () =>
    other.call('POST', '/auth/logout', { body: { refreshToken: user.refreshToken } }),
  )
  t.equal(answer.statusCode, 204)
  t.equal(changed.statusCode, 200)
  t.not(wasAnsweredBefore, true, 'it waits: otherwise the session would come back after the answer')
  t.equal((await refreshWith(other, changed.json().refreshToken)).statusCode, 200)
})

for (const [name, call] of [
  ['a device', (user) => other.call('DELETE', `/auth/sessions/${user.deviceId}`, { token: user.accessToken })],
  ['a sign-out', (user) => other.call('POST', '/auth/logout', { body: { refreshToken: user.refreshToken } })],
] as [string, (user: SignedIn) => Promise<Response>][]) {
  t.test(`a change of password does not renew a session whose end is recorded already: ${name}`, async (t) => {
    const user = await other.newUser()
    const changePassword = await startChanging()
    ending.set()
    const ended = call(user)
    await ending.reached()
    t.equal((await changePassword(user)).json().code, 'token_revoked')
    ending.continue()
    t.equal((await ended).statusCode, 204)
    const login = { email: user.email, password: PASSWORD }
    t.equal((await other.call('POST', '/auth/login', { body: login })).statusCode, 200, 'with the old password')
  })
}

t.test('a change of password that was answered with 503 does not happen later', async (t) => {
  const user = await other.newUser()
  const changePassword = await startChanging()
  changing.set()
  const held = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const lock = db.transaction().execute(async (trx) => {
    await trx.selectFrom('users').select('id').where('id', '=', user.userId).forUpdate().execute()
    locked.resolve()
    await held.promise
  })
  await locked.promise
  const changed = changePassword(user)
  await sleep(1000)
  held.resolve()
  await lock
  await changing.reached()
  t.equal((await changed).statusCode, 503)
  changing.continue()
  await eventually(async () => {
    const account = await sql`select from users where id = ${user.userId} for update nowait`.execute(db).catch(() => {})
    return account !== undefined
  })
  t.equal((await refreshWith(other, user.refreshToken)).statusCode, 200)
  const login = { email: user.email, password: PASSWORD }
  t.equal((await other.call('POST', '/auth/login', { body: login })).statusCode, 200)
})

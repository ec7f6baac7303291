import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { eventually, privatePostgres } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import type { FileLimits } from '../../src/import-export/places.ts'
import { allEmployees } from '../support/csv-calls.ts'
import { employeeApp, userWith } from '../support/employee-app.ts'
import { addLargeCompany, databaseForMany } from '../support/large-company.ts'
import { answerOf, listening, openRequest } from '../support/real-connection.ts'

const { url } = await privatePostgres(t)
const PATIENT: Partial<FileLimits> = { patienceMs: 600_000, grantedMs: 600_000 }

/** One replica with limits of its own. */
async function replica(fileLimits: Partial<FileLimits>) {
  const { app } = await employeeApp(t, (config) => ({ ...config, database: { url } }), { fileLimits })
  return { app, port: await listening(app) }
}
const one = await replica(PATIENT)
const hasty = await replica({ ...PATIENT, patienceMs: 300 })
// A reader that takes nothing is slow, however much the buffers have taken.
const yielding = await replica({ ...PATIENT, grantedMs: 100, fairBytesPerSecond: Number.MAX_SAFE_INTEGER })
const db = await databaseForMany(t, { url })
await addLargeCompany(db)

/** An export that is left behind would have the place of another test. */
t.afterEach(() =>
  eventually(async () => {
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from pg_stat_activity
      where application_name = 'employee-service transfers'`.execute(db)
    return rows[0]?.count === 0
  }),
)

type Headers = { authorization: string }
const user = (name: string): Headers => userWith(name, 'employees:read', 'employees:write')
const CSV = { 'content-type': 'text/csv' }
const HEAD = 'firstName,lastName,email\n'

/** An export whose reader takes a little and then nothing. */
async function stalledExport(t: Test, port: number, caller: Headers) {
  const { client, response } = await settled(
    async () => {
      const client = openRequest(port, '/employees/export', caller, 'GET')
      t.teardown(() => client.destroy())
      client.end()
      const [response] = (await once(client, 'response')) as [IncomingMessage]
      return { client, response }
    },
    ({ response }) => hasDecided({ statusCode: response.statusCode ?? 0, headers: response.headers }),
  )
  t.equal(response.statusCode, 200)
  response.on('error', () => {})
  response.once('data', () => response.pause())
  await once(response, 'pause')
  /** Reads the rest: true when the file came to its end. */
  async function isWhole(): Promise<boolean> {
    const closed = new Promise((resolve) => response.once('close', resolve))
    response.resume()
    await closed
    return response.complete
  }
  return { client, isWhole }
}

/** Waits until so many exports wait for their readers: every buffer in between is full. */
const untilStalled = (exports: number): Promise<true> =>
  eventually(async () => {
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from pg_stat_activity
      where application_name = 'employee-service transfers' and state = 'idle in transaction'
        and state_change < clock_timestamp() - interval '500 milliseconds'`.execute(db)
    return rows[0]?.count === exports
  })

/** An import of which a part was sent, and is being staged. */
async function openImport(t: Test, port: number, caller: Headers): Promise<ClientRequest> {
  const client = openRequest(port, '/employees/import', { ...caller, ...CSV })
  t.teardown(() => client.destroy())
  client.write(HEAD)
  client.write('Ada,Lovelace,ada@example.net\n')
  t.ok(await eventually(async () => (await importsOpen()) > 0), 'it is under way')
  return client
}
async function importsOpen(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from pg_stat_activity
    where query like '%staged_employees%' and pid <> pg_backend_pid()`.execute(db)
  return rows[0]?.count ?? 0
}

/** Repeats a call while Postgres takes too long to connect, as it may on a busy machine. */
async function settled<Answer>(call: () => Promise<Answer>, isConnected: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await call()
    if (isConnected(answer)) return answer
  }
}
const hasDecided = ({ statusCode, headers }: { statusCode: number; headers: Record<string, unknown> }) =>
  statusCode !== 503 || headers['retry-after'] !== '1'

const tryExport = ({ app }: typeof one, caller: Headers) =>
  settled(() => app.inject({ url: '/employees/export?department=nowhere', headers: caller }), hasDecided)
const tryImport = ({ app }: typeof one, caller: Headers) =>
  settled(
    () =>
      app.inject({
        method: 'POST',
        url: '/employees/import?dryRun=true',
        headers: { ...caller, ...CSV },
        payload: `${HEAD}A,B,a@example.net\n`,
      }),
    hasDecided,
  )

function isLimited(t: Test, answer: Awaited<ReturnType<typeof tryExport>>, work: string): void {
  t.match(answer.json(), { status: 429, code: 'too_many_requests', detail: `You already have an ${work} in progress` })
  t.match(answer.headers, {
    'retry-after': '5',
    'ratelimit-policy': `"${work}s";q=1;qu="concurrent-requests"`,
    ratelimit: `"${work}s";r=0;t=5`,
  })
  t.notOk(answer.headers['content-disposition'])
}

t.test('a second export of a caller is 429 in every replica, others and imports go on', async (t) => {
  const { client } = await stalledExport(t, one.port, user('ida'))
  isLimited(t, await tryExport(one, user('ida')), 'export')
  isLimited(t, await tryExport(hasty, user('ida')), 'export')
  t.equal((await tryExport(one, user('otto'))).statusCode, 200)
  t.equal((await tryImport(one, user('ida'))).statusCode, 200)
  client.destroy()
  t.ok(await eventually(async () => (await tryExport(hasty, user('ida'))).statusCode === 200), 'and is free afterwards')
  t.equal((await tryExport(one, user('ida'))).statusCode, 200)
})

t.test('an export whose connection to Postgres breaks holds its caller up no longer', async (t) => {
  await stalledExport(t, one.port, user('ida'))
  isLimited(t, await tryExport(hasty, user('ida')), 'export')
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'employee-service transfers'`.execute(db)
  t.ok(await eventually(async () => (await tryExport(hasty, user('ida'))).statusCode === 200))
})

t.test('a second import of a caller is 429 in every replica, others and exports go on', async (t) => {
  const client = await openImport(t, one.port, user('ida'))
  isLimited(t, await tryImport(one, user('ida')), 'import')
  isLimited(t, await tryImport(hasty, user('ida')), 'import')
  t.equal((await tryImport(one, user('otto'))).statusCode, 200)
  t.equal((await tryExport(hasty, user('ida'))).statusCode, 200)
  client.end()
  t.match(await answerOf(client), { status: 200, body: '{"imported":1,"dryRun":false}' })
  t.equal((await tryImport(hasty, user('ida'))).statusCode, 200)
  await db.deleteFrom('employees').where('email', '=', 'ada@example.net').execute()
})

t.test('when all places are taken the next caller is told 503 and when to come again', async (t) => {
  const taken = []
  for (const name of ['ida', 'otto', 'eva']) taken.push(await stalledExport(t, one.port, user(name)))
  const answer = await tryExport(one, user('hugo'))
  t.match(answer.json(), { status: 503, code: 'unavailable', detail: /busy with other exports/ })
  t.equal(answer.headers['retry-after'], '5')
  isLimited(t, await tryExport(one, user('eva')), 'export')
  t.equal((await tryImport(one, user('hugo'))).statusCode, 200, 'imports have places of their own')
  taken[1]?.client.destroy()
  t.ok(await eventually(async () => (await tryExport(one, user('hugo'))).statusCode === 200))
})

t.test('the slow reader that came first gives its place to a caller who finds none', async (t) => {
  const [first, ...others] = [
    await stalledExport(t, yielding.port, user('ida')),
    await stalledExport(t, yielding.port, user('otto')),
    await stalledExport(t, yielding.port, user('eva')),
  ]
  await untilStalled(3)
  t.ok(await eventually(async () => (await tryExport(yielding, user('hugo'))).statusCode === 200))
  t.notOk(await first?.isWhole(), 'half a file does not look like a whole one')
  for (const { isWhole } of others) t.ok(await isWhole(), 'the others go on')
})

t.test('a reader that takes nothing is cut off, and its place is free', async (t) => {
  const { isWhole } = await stalledExport(t, hasty.port, user('ida'))
  t.ok(await eventually(async () => (await tryExport(hasty, user('ida'))).statusCode === 200))
  t.notOk(await isWhole())
})

t.test('a sender that sends nothing more is 408, and nothing is imported', async (t) => {
  const { response } = await settled(
    async () => {
      const client = openRequest(hasty.port, '/employees/import', { ...user('ida'), ...CSV })
      t.teardown(() => client.destroy())
      client.write(`${HEAD}Ada,Lovelace,ada@example.net\n`)
      const [response] = (await once(client, 'response')) as [IncomingMessage]
      return { response }
    },
    ({ response }) => hasDecided({ statusCode: response.statusCode ?? 0, headers: response.headers }),
  )
  t.match(response, { statusCode: 408, headers: { connection: 'close' } })
  t.ok(await eventually(async () => (await tryImport(hasty, user('ida'))).statusCode === 200))
  t.notOk((await allEmployees(hasty.app)).find(({ email }) => email === 'ada@example.net'))
})

t.end()

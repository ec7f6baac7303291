import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { promisify } from 'node:util'
import { eventually, privatePostgres } from '@latchkey/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { allEmployees, importCsv } from '../support/csv-calls.ts'
import { employeeApp, WRITER } from '../support/employee-app.ts'
import { addLargeCompany, databaseForMany } from '../support/large-company.ts'
import { answerOf, listening, openRequest } from '../support/real-connection.ts'

// Of its own, so that the connections to it are ours.
const { url } = await privatePostgres(t)
const { app, logs } = await employeeApp(t, (config) => ({ ...config, database: { url } }))
const db = await databaseForMany(t, { url })
const port = await listening(app)

const CSV = { ...WRITER, 'content-type': 'text/csv' }
const HEAD = 'firstName,lastName,email\n'
const row = (n: number) => `Ada,Lovelace,ada${n}@example.com\n`
const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n)).join('')

/** Connections of imports and exports. */
async function transfersOpen(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::integer as count from pg_stat_activity
    where application_name = 'employee-service transfers'`.execute(db)
  return rows[0]?.count ?? 0
}

const connections = promisify(app.server.getConnections.bind(app.server))

t.test('a client that disconnects in the middle of its file imports no employee', async (t) => {
  const client = openRequest(port, '/employees/import', CSV)
  client.write(HEAD + rows(5000))
  t.ok(await eventually(async () => (await transfersOpen()) > 0), 'the import is under way')
  client.destroy()
  t.ok(await eventually(async () => (await transfersOpen()) === 0), 'and is given up')
  t.same(await allEmployees(app), [])
  t.ok(await eventually(async () => logs.lines().some(({ status }) => status === 499)))
  t.same(
    logs.lines().filter(({ status }) => status === 500 || status === 503),
    [],
  )
})

t.test('a client that disconnects before its answer imports no employee either', async (t) => {
  // Another transaction holds a lock that the import needs, so that it cannot end before the client is gone.
  const holder = await db.startTransaction().execute()
  await sql`insert into employees (id, first_name, last_name, email)
    values (gen_random_uuid(), 'A', 'B', 'ada1@example.com')`.execute(holder)
  const client = openRequest(port, '/employees/import', CSV)
  client.end(HEAD + rows(10))
  t.ok(await eventually(async () => (await transfersOpen()) > 0), 'the import waits')
  client.destroy()
  t.ok(await eventually(async () => (await connections()) === 0), 'the service knows that the client is gone')
  await holder.rollback().execute()
  t.ok(await eventually(async () => (await transfersOpen()) === 0))
  t.same(await allEmployees(app), [])
})

t.test('a row that is written during an import is a fault with a line, and no failure', async (t) => {
  const holder = await db.startTransaction().execute()
  await sql`insert into employees (id, first_name, last_name, email)
    values (gen_random_uuid(), 'A', 'B', 'ada1@example.com')`.execute(holder)
  const importing = importCsv(app, HEAD + rows(10))
  t.ok(await eventually(async () => (await transfersOpen()) > 0), 'the import waits')
  await holder.commit().execute()
  const answer = await importing
  t.match(answer.json(), {
    status: 400,
    errors: [{ line: 3, column: 'email', message: 'belongs to another employee already' }],
  })
  await db.deleteFrom('employees').execute()
})

t.test('a body without Content-Length is refused beyond 10 MiB', async (t) => {
  const client = openRequest(port, '/employees/import', CSV)
  const answered = answerOf(client)
  const piece = `${'\n'.repeat(1024 * 1024 - HEAD.length)}${HEAD}`
  for (let sent = 0; sent < 11 && !client.destroyed; sent++) {
    if (!client.write(sent === 0 ? HEAD : piece)) await Promise.race([once(client, 'drain'), answered])
  }
  client.end('A,B,a@example.com\n')
  const { status, body } = await answered
  t.equal(status, 413)
  t.match(JSON.parse(body), { code: 'payload_too_large' })
  t.same(await allEmployees(app), [])
})

t.test('a body with a larger Content-Length is refused before it is sent', async (t) => {
  const length = { 'content-length': String(10 * 1024 * 1024 + 1) }
  const client = openRequest(port, '/employees/import', { ...CSV, ...length })
  client.flushHeaders()
  t.equal((await answerOf(client)).status, 413)
  client.destroy()
})

t.test('exactly 10 MiB are taken', async (t) => {
  const head = `${HEAD}A,B,a@example.com`
  const answer = await importCsv(app, head + '\n'.repeat(10 * 1024 * 1024 - head.length))
  t.same(answer.json(), { imported: 1, dryRun: false })
  await db.deleteFrom('employees').execute()
})

t.test('a connection serves further requests after a file that was refused half way', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  for (const file of [`nonsense\n${rows(50_000)}`, `${HEAD}"A"x\n${rows(50_000)}`, HEAD]) {
    const client = request({ port, path: '/employees/import', method: 'POST', headers: CSV, agent })
    client.end(file)
    t.equal((await answerOf(client)).status, file === HEAD ? 200 : 400)
  }
})

t.test(
  'a reader that disconnects gives the connection back, and nothing is read ahead for one that waits',
  async (t) => {
    await addLargeCompany(db)
    const client = openRequest(port, '/employees/export', WRITER, 'GET')
    client.end()
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    response.once('data', () => response.pause())
    t.ok(await eventually(async () => (await transfersOpen()) === 1), 'the export waits for its reader')
    await new Promise((resolve) => setTimeout(resolve, 200))
    t.equal(await transfersOpen(), 1)
    client.destroy()
    t.ok(await eventually(async () => (await transfersOpen()) === 0))
  },
)

t.test('an export that fails half way is cut off and not ended', async (t) => {
  const client = openRequest(port, '/employees/export', WRITER, 'GET')
  client.end()
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  t.equal(response.statusCode, 200)
  response.once('data', () => response.pause())
  t.ok(await eventually(async () => (await transfersOpen()) === 1))
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'employee-service transfers'`.execute(db)
  response.resume()
  const [error] = await once(response, 'error')
  t.match(error, { code: 'ECONNRESET' })
  t.equal(response.complete, false)
})

t.end()

import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { eventually } from '@latchkey/test-kit'
import t from 'tap'
import { employeeApp, WRITER } from '../support/employee-app.ts'
import { databaseForMany } from '../support/large-company.ts'
import { answerOf, listening, openRequest } from '../support/real-connection.ts'

/** Together just below the 10 MiB of a file; as objects they take some forty. */
const ROWS = 12_000
/** What a transfer may hold of them. */
const MOST_MIB = 10

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** What is really held: all garbage is gone. In MiB. */
function held(): number {
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1024 / 1024
}

const long = 'x'.repeat(180)
const row = (n: number) => `${n}${long},${n}${long},ada.lovelace.${n}@example.com,${n}${long},${n}${long}\n`

const { app, config } = await employeeApp(t)
await databaseForMany(t, config.database)
const port = await listening(app)
const CSV = { ...WRITER, 'content-type': 'text/csv' }

async function importAll(onlyJustNotEnded: () => Promise<void>): Promise<string> {
  const client = openRequest(port, '/employees/import', CSV)
  const answered = answerOf(client)
  client.write('firstName,lastName,email,department,jobTitle\n')
  for (let n = 0; n < ROWS; n++) if (!client.write(row(n))) await once(client, 'drain')
  await onlyJustNotEnded()
  client.end()
  return (await answered).body
}

// What is loaded and compiled at first use is there from now on.
const warmUp = openRequest(port, '/employees/import?dryRun=true', CSV)
warmUp.end('firstName,lastName,email\nA,B,a@example.com\n')
await answerOf(warmUp)

t.test('an import holds a part of its file, however much of it has come', async (t) => {
  const before = held()
  const imported = await importAll(async () => {
    t.ok(await eventually(async () => held() - before < MOST_MIB))
  })
  t.equal(imported, JSON.stringify({ imported: ROWS, dryRun: false }))
})

t.test('an export holds a part of its file, wherever its reader is', async (t) => {
  const before = held()
  const client = openRequest(port, '/employees/export', WRITER, 'GET')
  client.end()
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  let bytes = 0
  let measured = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes < (measured + 1) * 2 * 1024 * 1024) continue
    measured += 1
    t.ok(held() - before < MOST_MIB, `after ${measured * 2} MiB`)
  }
  t.ok(measured > 3)
})

t.end()

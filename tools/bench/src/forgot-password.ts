// Whether the time of `POST /auth/password/forgot` says who has an account: `npm run bench:forgot`. Addresses that are unknown, known,
// invited and disabled are asked about in random order, one request at a time; a second set of unknown ones shows how much equal
// answers differ in this run. Exits with 1 when a kind stands out by more than that.
import { randomInt, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHttpClient, type NodeServer } from '@latchkey/harness'
import pg from 'pg'
import { startDataServers } from './machine/data-servers.ts'
import { startService } from './machine/server.ts'
import { distanceOf, spreadOf } from './report/statistics.ts'
import { tokenEnvironment } from './tokens.ts'

const KINDS = ['unknown', 'unknown again', 'known', 'invited', 'disabled'] as const
type Kind = (typeof KINDS)[number]

const REQUESTS = Number(process.argv[2] ?? 600)
if (!Number.isSafeInteger(REQUESTS) || REQUESTS < 50)
  throw new Error('usage: npm run bench:forgot -- [requests of each kind]')
const WARM_UP = 200
/** Medians differ at most by this share of the time, beyond what the unknown ones differ among themselves. */
const TOLERANCE = 0.05
/** Kolmogorov and Smirnov's statistic of two equal kinds exceeds this once in a thousand runs. */
const CRITICAL_DISTANCE = 1.95 * Math.sqrt(2 / REQUESTS)

const client = createHttpClient({ keepAlive: true })
const newAddress = (): string => `${randomUUID()}@bench.test`

/** Each address is asked about once: a mailbox gets three mails an hour. */
async function makeAccounts(databaseUrl: string): Promise<Record<Kind, string[]>> {
  const addresses = () => Array.from({ length: REQUESTS }, newAddress)
  const made = {
    unknown: addresses(),
    'unknown again': addresses(),
    known: addresses(),
    invited: addresses(),
    disabled: addresses(),
  }
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  for (const [kind, status] of [
    ['known', 'active'],
    ['invited', 'invited'],
    ['disabled', 'disabled'],
  ] as const) {
    await database.query(
      `insert into users (id, email, email_key, username, username_key, roles, status)
      select gen_random_uuid(), address, address, address, address, '{user}', $2 from unnest($1::text[]) address`,
      [made[kind], status],
    )
  }
  await database.query('analyze')
  await database.end()
  return made
}

/** Milliseconds until the answer. From an address of its own: what one asks for is limited. */
async function ask(auth: NodeServer, email: string): Promise<number> {
  const from = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`
  const start = performance.now()
  const { status, text } = await client.request(`${auth.url}/auth/password/forgot`, {
    body: { email },
    headers: { 'x-forwarded-for': from },
  })
  const ms = performance.now() - start
  if (status !== 202) throw new Error(`answered with ${status}: ${text}`)
  return ms
}

const shuffled = <Item>(items: readonly Item[]): Item[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)

const mails = mkdtempSync(join(tmpdir(), 'latchkey-bench-mails-'))
process.once('exit', () => rmSync(mails, { recursive: true, force: true }))
const data = await startDataServers()
const auth = await startService(data.processes, 'auth-service', {
  ...tokenEnvironment,
  DATABASE_URL: data.authDatabaseUrl,
  REDIS_URL: data.redisUrl,
  MAIL_DIRECTORY: mails,
  TRUST_PROXY: '127.0.0.1',
})
try {
  const accounts = await makeAccounts(data.authDatabaseUrl)
  for (let n = 0; n < WARM_UP; n++) await ask(auth, newAddress())
  const times: Record<Kind, number[]> = { unknown: [], 'unknown again': [], known: [], invited: [], disabled: [] }
  const requests = KINDS.flatMap((kind) => accounts[kind].map((email) => ({ kind, email })))
  for (const { kind, email } of shuffled(requests)) times[kind].push(await ask(auth, email))

  const floor = spreadOf(times.unknown).median
  const noise = Math.abs(spreadOf(times['unknown again']).median / floor - 1)
  const results = KINDS.map((kind) => ({
    kind,
    median: spreadOf(times[kind]).median,
    ratio: spreadOf(times[kind]).median / floor,
    distance: distanceOf(times[kind], times.unknown),
  }))
  console.log(`Node ${process.version}, ${REQUESTS} requests of each kind, in random order\n`)
  console.log('| address | median, ms | : unknown | distance |\n| --- | --- | --- | --- |')
  for (const { kind, median, ratio, distance } of results) {
    console.log(`| ${[kind, median.toFixed(2), ratio.toFixed(3), distance.toFixed(3)].join(' | ')} |`)
  }
  console.log(
    `\nequal kinds: medians within ${((TOLERANCE + noise) * 100).toFixed(1)} %, a distance below ${CRITICAL_DISTANCE.toFixed(3)}`,
  )
  const outstanding = results.filter(
    ({ ratio, distance }) => Math.abs(ratio - 1) > TOLERANCE + noise || distance > CRITICAL_DISTANCE,
  )
  for (const { kind } of outstanding) console.log(`${kind}: its answers differ from those for unknown addresses`)
  process.exitCode = outstanding.length === 0 ? 0 : 1
} finally {
  client.close()
  await auth.process.stop()
  await data.stop()
}

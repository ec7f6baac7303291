import { createHttpClient } from '@latchkey/harness'
import { serviceMain } from '@latchkey/stack'
import pg from 'pg'
import { addEmployees } from '../employees/population.ts'
import { startServer } from '../machine/server.ts'
import { accessTokens, tokenEnvironment } from '../tokens.ts'
import type { StartScenario } from './scenario.ts'

const EMPLOYEES = 100_000
/** Common syllables, a name that one in seventeen has, single letters: what a search needs longest for. */
const SEARCHES = ['nguyen', 'ma', 'o n g', 'senior engineer', 'a e i', 'department 1']

/** employee-service under one caller's searches, exports and imports, and tokens with a false signature. Beside them others read employees. */
export const floodOfSearches: StartScenario = async ({ data, cores }) => {
  const server = await startServer({
    processes: data.processes,
    prefix: cores.serverPrefix,
    entry: serviceMain('employee-service'),
    environment: { ...tokenEnvironment, EMPLOYEE_DATABASE_URL: data.employeeDatabaseUrl, REDIS_URL: data.redisUrl },
  })
  const ids = await addAll(data.employeeDatabaseUrl)
  const tokens = accessTokens(100)
  const [greedy = ''] = accessTokens(1, 'employees:read employees:write')
  const [people, strangers] = [createHttpClient({ keepAlive: true }), createHttpClient({ keepAlive: true })]
  const rows = Array.from({ length: 2000 }, (_, n) => `Ada,Lovelace-${n},ada.flood.${n}@example.com\n`).join('')
  const file = Buffer.from(`firstName,lastName,email\n${rows}`)
  let [read, search] = [0, 0]

  const ask = async (path: string, token: string): Promise<number> =>
    (await strangers.request(`${server.url}${path}`, { token })).status

  return {
    title: 'employee-service',
    server,
    honest: [
      {
        name: 'GET /employees/:id',
        perSecond: 120,
        send: async () => {
          const n = read++
          const path = `/employees/${ids[(n * 31) % ids.length]}`
          return (await people.request(`${server.url}${path}`, { token: tokens[n % tokens.length] })).status
        },
      },
    ],
    flood: [
      {
        name: 'searches of one caller',
        perSecond: 100,
        send: () => ask(`/employees?query=${encodeURIComponent(SEARCHES[search++ % SEARCHES.length] ?? '')}`, greedy),
      },
      { name: 'exports of one caller', perSecond: 10, send: () => ask('/employees/export', greedy) },
      {
        name: 'trial imports of one caller',
        perSecond: 10,
        send: async () => {
          const request = { token: greedy, headers: { 'content-type': 'text/csv' }, body: file }
          return (await strangers.request(`${server.url}/employees/import?dryRun=true`, request)).status
        },
      },
      {
        name: 'tokens with a false signature',
        perSecond: 200,
        send: () => ask('/employees', `${greedy.slice(0, -4)}AAAA`),
      },
    ],
    async close() {
      people.close()
      strangers.close()
      await server.process.stop()
    },
  }
}

async function addAll(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('alter table employees disable trigger user')
    await addEmployees(client, 1, EMPLOYEES)
    await client.query('alter table employees enable trigger user')
    await client.query('vacuum analyze employees')
    const { rows } = await client.query<{ id: string }>('select id from employees order by random() limit 5000')
    return rows.map(({ id }) => id)
  } finally {
    await client.end()
  }
}

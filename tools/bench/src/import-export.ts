// How fast a file of employees is imported and exported, and how much memory that takes: `npm run bench:transfer`.
import { randomUUID } from 'node:crypto'
import { createHttpClient, type NodeServer, sleep } from '@latchkey/harness'
import { cpuTimeMs, endedChildrenCpuTimeMs } from './machine/cpu-time.ts'
import { type DataServers, startDataServers } from './machine/data-servers.ts'
import { peakMemoryMib, resetPeakMemory } from './machine/memory.ts'
import { startService } from './machine/server.ts'
import { accessTokens, tokenEnvironment } from './tokens.ts'

const ROUNDS = 3
const client = createHttpClient()
const [token = ''] = accessTokens(1, 'employees:read employees:write')

type Company = { title: string; rows: number; lines: (count: number) => Iterable<string> }
type Measurement = { seconds: number; serviceCpu: number; postgresCpu: number; bytes: number; peakMib: number }
type Outcome = { import: Measurement; export: Measurement; idleMib: number }

const companies: Company[] = [
  {
    title: 'names, e-mail, department, title, date',
    rows: 100_000,
    *lines(count) {
      yield 'firstName,lastName,email,department,jobTitle,hiredOn\n'
      for (let n = 0; n < count; n++) {
        yield `Ada ${n % 977},Lovelace-${n % 8191},ada.lovelace.${n}@example.com,Department ${n % 40},Senior Analyst ${n % 300},2024-0${1 + (n % 9)}-11\n`
      }
    },
  },
  {
    title: 'those, an id and a manager among the rows (ten below each)',
    rows: 60_000,
    *lines(count) {
      const ids = Array.from({ length: count }, () => randomUUID())
      yield 'id,managerId,firstName,lastName,email,department,jobTitle,hiredOn\n'
      for (const [n, id] of ids.entries()) {
        const manager = n === 0 ? '' : ids[Math.floor((n - 1) / 10)]
        yield `${id},${manager},Ada,Lovelace-${n % 8191},ada.${n}@example.com,Dept ${n % 40},Analyst ${n % 300},2024-01-11\n`
      }
    },
  },
]

async function measure(company: Company, data: DataServers, name: string): Promise<Outcome> {
  const server = await startService(data.processes, 'employee-service', {
    ...tokenEnvironment,
    EMPLOYEE_DATABASE_URL: await data.addDatabase(name),
    REDIS_URL: data.redisUrl,
  })
  try {
    const file = [...company.lines(company.rows)].join('')
    const idleMib = peakMemoryMib(server.process.pid)
    const sent = await timed(server, data, () => importFile(server, file, company.rows))
    const received = await timed(server, data, () => exportFile(server, company.rows))
    return { import: sent, export: received, idleMib }
  } finally {
    await server.process.stop()
  }
}

async function timed(server: NodeServer, data: DataServers, work: () => Promise<number>): Promise<Measurement> {
  resetPeakMemory(server.process.pid)
  const service = cpuTimeMs(server.process.pid)
  const postgres = endedChildrenCpuTimeMs(data.postgresPid)
  const start = performance.now()
  const bytes = await work()
  const seconds = (performance.now() - start) / 1000
  // Each import and export has a connection of its own; its Postgres process ends with it.
  await sleep(500)
  return {
    seconds,
    serviceCpu: (cpuTimeMs(server.process.pid) - service) / 1000,
    postgresCpu: (endedChildrenCpuTimeMs(data.postgresPid) - postgres) / 1000,
    bytes,
    peakMib: peakMemoryMib(server.process.pid),
  }
}

async function importFile(server: NodeServer, file: string, rows: number): Promise<number> {
  const body = Buffer.from(file)
  const request = { token, headers: { 'content-type': 'text/csv' }, body }
  const response = await client.request(`${server.url}/employees/import`, request)
  if (response.body.imported !== rows) throw new Error(`the import answered ${response.status}`)
  return body.length
}

async function exportFile(server: NodeServer, rows: number): Promise<number> {
  const response = await client.stream(`${server.url}/employees/export`, { token })
  let bytes = 0
  let lines = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    for (const byte of chunk) if (byte === 0x0a) lines += 1
  }
  if (lines !== rows + 1) throw new Error(`the export has ${lines} lines`)
  return bytes
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

function report({ title, rows }: Company, outcomes: Outcome[]): void {
  for (const way of ['import', 'export'] as const) {
    const of = (value: (measurement: Measurement) => number): number => median(outcomes.map((all) => value(all[way])))
    const cells = [
      `${way}: ${title}`,
      rows.toLocaleString('en'),
      (of(({ bytes }) => bytes) / 1024 / 1024).toFixed(1),
      of(({ seconds }) => seconds).toFixed(2),
      Math.round(of(({ seconds }) => rows / seconds)).toLocaleString('en'),
      of(({ serviceCpu }) => serviceCpu).toFixed(1),
      of(({ postgresCpu }) => postgresCpu).toFixed(1),
      of(({ peakMib }) => peakMib).toFixed(0),
      median(outcomes.map(({ idleMib }) => idleMib)).toFixed(0),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}

const data = await startDataServers()
try {
  const measured: [Company, Outcome[]][] = []
  for (const [index, company] of companies.entries()) {
    const outcomes: Outcome[] = []
    for (let round = 0; round < ROUNDS; round++)
      outcomes.push(await measure(company, data, `transfer_${index}_${round}`))
    measured.push([company, outcomes])
  }
  console.log(`Node ${process.version}, medians of ${ROUNDS} rounds, each with a new process and an empty database\n`)
  console.log(
    '|  | rows | MiB | seconds | rows per second | CPU of the service, s | CPU of Postgres, s | peak RSS, MiB | RSS before, MiB |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const [company, outcomes] of measured) report(company, outcomes)
} finally {
  await data.stop()
}

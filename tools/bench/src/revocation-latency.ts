// How long after the response to a revocation a token is still accepted, at three replicas of employee-service under load:
// `npm run bench:revocation`.
import { createHttpClient, type NodeServer, sleep } from '@latchkey/harness'
import type { ServiceName } from '@latchkey/stack'
import { startDataServers } from './machine/data-servers.ts'
import { startService } from './machine/server.ts'
import { tokenEnvironment } from './tokens.ts'

const REVOCATIONS = 200
const REPLICAS = 3
/** Requests a second at each replica during the measurement. */
const LOAD_PER_REPLICA = 100
const ADMIN = { email: 'admin@bench.test', password: 'violet-harbour-sings-7' }

const client = createHttpClient({ keepAlive: true })

type Grant = { accessToken: string; device: { id: string } }

async function signIn(auth: NodeServer): Promise<Grant> {
  const { status, text } = await client.request(`${auth.url}/auth/login`, { body: { ...ADMIN, delivery: 'body' } })
  if (status !== 200) throw new Error(`sign-in answered ${status}`)
  return JSON.parse(text) as Grant
}

const isAccepted = async (replica: NodeServer, token: string): Promise<boolean> =>
  (await client.request(`${replica.url}/employees?limit=1`, { token })).status === 200

/** Milliseconds from `since` until every replica has refused the token. */
async function refusedEverywhereAfter(since: number, replicas: NodeServer[], token: string): Promise<number> {
  await Promise.all(
    replicas.map(async (replica) => {
      while (await isAccepted(replica, token));
    }),
  )
  return performance.now() - since
}

function percentile(sorted: number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
}

function report(title: string, values: number[]): void {
  const sorted = values.toSorted((a, b) => a - b)
  console.log(`| ${title} | ${percentile(sorted, 0.5)} | ${percentile(sorted, 0.99)} | ${percentile(sorted, 1)} |`)
}

const data = await startDataServers()
const servers: NodeServer[] = []
let isLoading = true
try {
  const start = async (name: ServiceName, environment: Record<string, string>): Promise<NodeServer> => {
    const server = await startService(data.processes, name, { ...tokenEnvironment, ...environment })
    servers.push(server)
    return server
  }
  const auth = await start('auth-service', {
    DATABASE_URL: data.authDatabaseUrl,
    REDIS_URL: data.redisUrl,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    MAX_DEVICES_PER_USER: '1000',
  })
  const replicas: NodeServer[] = []
  for (let n = 0; n < REPLICAS; n++) {
    replicas.push(
      await start('employee-service', { EMPLOYEE_DATABASE_URL: data.employeeDatabaseUrl, REDIS_URL: data.redisUrl }),
    )
  }
  const own = await signIn(auth)
  const load = replicas.map(async (replica) => {
    while (isLoading) {
      void isAccepted(replica, own.accessToken).catch(() => {})
      await sleep(1000 / LOAD_PER_REPLICA)
    }
  })

  const fromAnswer: number[] = []
  const fromRequest: number[] = []
  for (let n = 0; n < REVOCATIONS; n++) {
    const lost = await signIn(auth)
    for (const replica of replicas)
      if (!(await isAccepted(replica, lost.accessToken))) throw new Error('refused too early')
    const requested = performance.now()
    const url = `${auth.url}/auth/sessions/${lost.device.id}`
    const revocation = await client.request(url, { method: 'DELETE', token: own.accessToken })
    if (revocation.status !== 204) throw new Error(`the revocation answered ${revocation.status}`)
    const answered = performance.now()
    fromAnswer.push(await refusedEverywhereAfter(answered, replicas, lost.accessToken))
    fromRequest.push(performance.now() - requested)
  }
  isLoading = false
  await Promise.all(load)
  console.log(
    `${REVOCATIONS} revocations, ${REPLICAS} replicas of employee-service, ${LOAD_PER_REPLICA} requests a second at each\n`,
  )
  console.log('| refused by all replicas, ms | p50 | p99 | max |\n| --- | --- | --- | --- |')
  report('after the revocation was answered', fromAnswer)
  report('after it was requested', fromRequest)
} finally {
  isLoading = false
  client.close()
  await Promise.all(servers.map((server) => server.process.stop()))
  await data.stop()
}

// How long after a revocation was answered a token is still taken, at three replicas of employee-service under load:
// `npm run bench:revocation`.
import { setTimeout as sleep } from 'node:timers/promises'
import { call } from './machine/call.ts'
import { startDataServers } from './machine/data-servers.ts'
import { type ServerProcess, startServerProcess } from './machine/server-process.ts'
import { tokenEnvironment } from './tokens.ts'

const REVOCATIONS = 200
const REPLICAS = 3
/** Requests a second that each replica answers meanwhile. */
const LOAD_PER_REPLICA = 100
const ADMIN = { email: 'admin@bench.test', password: 'violet-harbour-sings-7' }

const service = (name: string): string => new URL(`../../../services/${name}/src/main.ts`, import.meta.url).pathname

type Grant = { accessToken: string; device: { id: string } }

async function signIn(auth: ServerProcess): Promise<Grant> {
  const response = await call(auth, 'POST', '/auth/login', { body: { ...ADMIN, delivery: 'body' } })
  if (response.status !== 200) throw new Error(`sign-in answered ${response.status}`)
  return (await response.json()) as Grant
}

const isTaken = async (replica: ServerProcess, token: string): Promise<boolean> => {
  const response = await call(replica, 'GET', '/employees?limit=1', { token: token })
  await response.arrayBuffer()
  return response.status === 200
}

/** Milliseconds from `since` until every replica has refused the token. */
async function refusedEverywhereAfter(since: number, replicas: ServerProcess[], token: string): Promise<number> {
  await Promise.all(
    replicas.map(async (replica) => {
      while (await isTaken(replica, token));
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
const servers: ServerProcess[] = []
let isLoading = true
try {
  const start = async (name: string, environment: Record<string, string>): Promise<ServerProcess> => {
    const entry = service(name)
    const server = await startServerProcess({ prefix: [], entry, environment: { ...tokenEnvironment, ...environment } })
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
  const replicas: ServerProcess[] = []
  for (let n = 0; n < REPLICAS; n++) {
    replicas.push(
      await start('employee-service', { EMPLOYEE_DATABASE_URL: data.employeeDatabaseUrl, REDIS_URL: data.redisUrl }),
    )
  }
  const own = await signIn(auth)
  const load = replicas.map(async (replica) => {
    while (isLoading) {
      void isTaken(replica, own.accessToken).catch(() => {})
      await sleep(1000 / LOAD_PER_REPLICA)
    }
  })

  const fromAnswer: number[] = []
  const fromRequest: number[] = []
  for (let n = 0; n < REVOCATIONS; n++) {
    const lost = await signIn(auth)
    for (const replica of replicas)
      if (!(await isTaken(replica, lost.accessToken))) throw new Error('refused too early')
    const requested = performance.now()
    const revocation = await call(auth, 'DELETE', `/auth/sessions/${lost.device.id}`, { token: own.accessToken })
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
  report('after it was asked for', fromRequest)
} finally {
  isLoading = false
  await Promise.all(servers.map((server) => server.stop()))
  await data.stop()
}

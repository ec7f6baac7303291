// Signing keys that change every ten seconds under load, and keys that are revoked: `npm run bench:keys`. Exits with 1 when a
// good token was refused, or a revoked key was accepted for longer than a second.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Algorithm } from '@latchkey/access-token'
import { createHttpClient, type NodeServer, sleep } from '@latchkey/harness'
import { createRingFiles, type RingFiles } from './key-changes/ring-files.ts'
import { startTraffic, type Traffic } from './key-changes/traffic.ts'
import { type DataServers, startDataServers } from './machine/data-servers.ts'
import { startService } from './machine/server.ts'
import { tokenEnvironment } from './tokens.ts'

const SECONDS = 120
const CHANGE_EVERY_MS = 10_000
const REVOKED_KEYS = 10
const REPLICAS = 2
const CLIENTS = 40
const REQUESTS_PER_SECOND = 200
const TOKEN_LIFETIME_MS = 30_000
const MAX_REFUSAL_MS = 1000
const ADMIN = { email: 'admin@bench.test', password: 'violet-harbour-sings-7', delivery: 'body' }

/** Changes of the ring before a new key signs: verifiers fetch a JWKS once a minute, and read a file at once. */
const PROFILES: readonly { algorithm: Algorithm; lead: number }[] = [
  { algorithm: 'HS256', lead: 1 },
  { algorithm: 'ES256', lead: 7 },
]

type Tokens = { accessToken: string; refreshToken: string }
type Deployment = { auth: NodeServer; replicas: NodeServer[]; ring: RingFiles }

const { ACCESS_TOKEN_SECRET: _fixed, ...environment } = tokenEnvironment
const client = createHttpClient({ keepAlive: true })

async function deploy(data: DataServers, directory: string, profile: (typeof PROFILES)[number]): Promise<Deployment> {
  const { algorithm } = profile
  const ring = createRingFiles({ ...profile, directory, count: 1 + REPLICAS, kept: 5 })
  const [own = '', ...others] = ring.files
  const isShared = algorithm === 'HS256'
  const auth = await startService(data.processes, 'auth-service', {
    ...environment,
    DATABASE_URL: data.authDatabaseUrl,
    REDIS_URL: data.redisUrl,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    MAX_DEVICES_PER_USER: '1000',
    ACCESS_TOKEN_EXPIRY: `${TOKEN_LIFETIME_MS / 1000}s`,
    ACCESS_TOKEN_ALGORITHM: algorithm,
    [isShared ? 'ACCESS_TOKEN_SECRET_FILE' : 'ACCESS_TOKEN_PRIVATE_KEYS_FILE']: own,
  })
  const replicas = await Promise.all(
    others.map((file) =>
      startService(data.processes, 'employee-service', {
        ...environment,
        EMPLOYEE_DATABASE_URL: data.employeeDatabaseUrl,
        REDIS_URL: data.redisUrl,
        ACCESS_TOKEN_ALGORITHM: algorithm,
        ...(isShared
          ? { ACCESS_TOKEN_SECRET_FILE: file }
          : { ACCESS_TOKEN_JWKS_URL: `${auth.url}/.well-known/jwks.json` }),
      }),
    ),
  )
  return { auth, replicas, ring }
}

async function tokensFrom(auth: NodeServer, path: string, request: object): Promise<Tokens> {
  const { status, text, body } = await client.request(`${auth.url}${path}`, { body: request })
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`)
  return { accessToken: String(body.accessToken), refreshToken: String(body.refreshToken) }
}

/** `200`, or the status and code of a refusal. */
async function present(replica: NodeServer, token: string): Promise<string> {
  const { status, body } = await client.request(`${replica.url}/employees?limit=1`, { token })
  return status === 200 ? '200' : `${status} ${body.code}`
}

/** Milliseconds from the answer of the revocation until every replica refused a token under the key. */
async function revokeKey({ auth, replicas }: Deployment, kid: string, token: string): Promise<number> {
  const { accessToken } = await tokensFrom(auth, '/auth/login', ADMIN)
  const url = `${auth.url}/admin/keys/${kid}`
  const { status, text } = await client.request(url, { method: 'DELETE', token: accessToken })
  if (status !== 204) throw new Error(`revoking ${kid} answered ${status}: ${text}`)
  const answered = performance.now()
  await Promise.all(
    replicas.map(async (replica) => {
      while ((await present(replica, token)) !== '401 token_revoked') await sleep(1)
    }),
  )
  return performance.now() - answered
}

async function changeKeys({ ring }: Deployment): Promise<void> {
  for (let n = 0; n < (SECONDS * 1000) / CHANGE_EVERY_MS; n++) {
    const start = performance.now()
    await ring.change()
    await sleep(CHANGE_EVERY_MS - (performance.now() - start))
  }
}

async function revokeKeys(deployment: Deployment, traffic: Traffic): Promise<number[]> {
  const times: number[] = []
  for (let n = 0; n < REVOKED_KEYS; n++) {
    const leaked = deployment.ring.signingKid
    const token = traffic.tokenUnder(leaked) ?? (await tokensFrom(deployment.auth, '/auth/login', ADMIN)).accessToken
    await deployment.ring.change()
    // Until auth-service signs with the next key.
    await sleep(1500)
    times.push(await revokeKey(deployment, leaked, token))
  }
  return times
}

async function measure(data: DataServers, directory: string, profile: (typeof PROFILES)[number]): Promise<boolean> {
  const deployment = await deploy(data, directory, profile)
  const { auth, replicas } = deployment
  try {
    const sessions = await Promise.all(
      Array.from({ length: CLIENTS }, () => tokensFrom(auth, '/auth/login', ADMIN).catch(() => undefined)),
    )
    let sent = 0
    const traffic = startTraffic({
      refreshTokens: sessions.flatMap((session) => (session ? [session.refreshToken] : [])),
      refresh: (refreshToken) => tokensFrom(auth, '/auth/refresh', { refreshToken }),
      present(token) {
        const replica = replicas[sent++ % replicas.length]
        if (replica === undefined) throw new Error('there is no replica')
        return present(replica, token)
      },
      perSecond: REQUESTS_PER_SECOND,
      marginMs: 2000,
      lifetimeMs: TOKEN_LIFETIME_MS,
    })
    await changeKeys(deployment)
    await traffic.stop()
    const times = (await revokeKeys(deployment, traffic)).sort((a, b) => a - b)
    const slowest = times.at(-1) ?? Number.POSITIVE_INFINITY
    const refused = [...traffic.refused].map(([answer, count]) => `${count} × ${answer}`).join(', ') || '0'
    const middle = times[Math.floor(times.length / 2)] ?? slowest
    console.log(
      `| ${profile.algorithm} | ${SECONDS} s | ${traffic.kids.size} | ${traffic.sent} | ${refused} | ${middle.toFixed(1)} ms / ${slowest.toFixed(1)} ms |`,
    )
    return traffic.refused.size === 0 && slowest < MAX_REFUSAL_MS
  } finally {
    await Promise.all([auth, ...replicas].map((server) => server.process.stop()))
  }
}

const directory = mkdtempSync(join(tmpdir(), 'latchkey-keys-'))
const data = await startDataServers()
try {
  console.log(
    `Keys that change every ${CHANGE_EVERY_MS / 1000} s, ${REPLICAS} replicas of employee-service, ${REQUESTS_PER_SECOND} requests a second; then ${REVOKED_KEYS} keys are revoked\n`,
  )
  console.log(
    '| algorithm | time | keys in use | good tokens presented | refused | revoked key refused by all after: median / max |',
  )
  console.log('| --- | --- | --- | --- | --- | --- |')
  for (const profile of PROFILES) if (!(await measure(data, directory, profile))) process.exitCode = 1
} finally {
  client.close()
  await data.stop()
  rmSync(directory, { recursive: true, force: true })
}

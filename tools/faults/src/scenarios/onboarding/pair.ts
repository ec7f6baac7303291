import { randomInt } from 'node:crypto'
import type { Random, Scope } from '@latchkey/harness'
import { type HttpRequest, poll, sleep } from '@latchkey/harness'
import { privatePostgres, privateRedis, type TcpRelay, tcpRelay } from '@latchkey/test-kit'
import { type Breakpoints, createBreakpoints } from '../../cluster/breakpoint.ts'
import { createCluster } from '../../cluster/cluster.ts'
import { type MailServer, startMailServer } from '../../cluster/mail-server.ts'
import { type ReplicaSet, startReplicaSet } from '../../cluster/replica-set.ts'
import { signIn } from '../../driver/accounts.ts'
import type { Http, Reply } from '../../driver/http.ts'
import type { ServiceKind, Trail } from './trail.ts'

/** Replicas of both services, with a relay in each connection that a step of an onboarding goes over. */
export type Pair = {
  readonly http: Http
  readonly random: Random
  readonly mailServer: MailServer
  readonly replicas: Readonly<Record<ServiceKind, ReplicaSet>>
  readonly databaseUrls: Readonly<Record<ServiceKind, string>>
  readonly redisUrl: string
  /** Set while a trail is followed. */
  readonly breakpoints: Pick<Breakpoints, 'set'>
  /** Shows it all traffic from now on, in place of the one before. */
  follow(trail: Trail): void
  /** Cuts the connections of a replica of employee-service to auth-service. */
  cut(employeeReplica: number): void
  /** Calls any replica that is up, as the administrator unless a token is given. No answer is one like any other. */
  call(service: ServiceKind, path: string, request?: HttpRequest): Promise<Reply>
  /** Repeats a call until it is answered by something that is up and ready. @throws after a minute */
  answerOf(service: ServiceKind, path: string, request?: HttpRequest): Promise<Reply>
  /** Signs the administrator in when the token is about to expire; auth-service must be up. */
  renewAdministrator(): Promise<void>
  /** Waits until all replicas are up, or one of each service. */
  untilUp(which: 'all' | 'any'): Promise<void>
}

export type PairOptions = {
  readonly name: string
  readonly scope: Scope
  readonly directory: string
  readonly http: Http
  readonly random: Random
}

/** Of each service. */
const REPLICAS = 2
const MAX_CONNECTIONS = 300
const TOKEN_VALID_MS = 5 * 60_000
const ANSWERED_WITHIN_MS = 60_000

export async function startPair({ name, scope, directory, http, random }: PairOptions): Promise<Pair> {
  const [postgres, redis] = await Promise.all([
    privatePostgres(scope, { maxConnections: MAX_CONNECTIONS }),
    privateRedis(scope),
  ])
  const mailServer = await startMailServer(scope)
  const breakpoints = createBreakpoints()
  let followed: Trail | undefined
  const relayTo = (relay: string, target: string | (() => string)): Promise<TcpRelay> =>
    tcpRelay(scope, target, {
      name: relay,
      onChunk(chunk) {
        followed?.see(chunk)
        return breakpoints.onChunk(chunk)
      },
    })
  const databaseUrls = {
    'auth-service': await postgres.createDatabase('auth'),
    'employee-service': await postgres.createDatabase('employee'),
  }
  const cluster = createCluster({
    directory,
    databaseUrl: databaseUrls['auth-service'],
    employeeDatabaseUrl: databaseUrls['employee-service'],
    redisUrl: redis.url,
    grace: '2s',
  })
  const numbers = Array.from({ length: REPLICAS }, (_, index) => index + 1)

  const authAddresses = new Map<number, string>()
  const authRelays = await Promise.all(
    numbers.map(async (number) => {
      // Nothing listens before the replica does.
      const relay = await relayTo(`auth-${number}`, () => authAddresses.get(number) ?? 'http://127.0.0.1:1')
      const toPostgres = await relayTo(`auth-postgres-${number}`, databaseUrls['auth-service'])
      const toMailServer = await relayTo(`smtp-${number}`, mailServer.url)
      const environment = {
        DATABASE_URL: toPostgres.url,
        SMTP_URL: toMailServer.url,
        MAIL_FROM: 'Latchkey <no-reply@latchkey.test>',
        PUBLIC_URL: 'https://id.latchkey.test',
      }
      return { relay, environment }
    }),
  )
  const auth = await startReplicaSet({
    http,
    random,
    count: REPLICAS,
    async start(number) {
      const environment = authRelays[number - 1]?.environment ?? {}
      const started = await cluster.start(scope, {
        service: 'auth-service',
        name: `${name}-auth-${number}`,
        environment,
      })
      authAddresses.set(number, started.url)
      return started
    },
  })
  const authUrl = (): string => {
    const up = [...auth.up.keys()]
    return authRelays[random.pick(up.length > 0 ? up : numbers) - 1]?.relay.url ?? ''
  }

  const employeeRelays = await Promise.all(
    numbers.map(async (number) => {
      const toPostgres = await relayTo(`employee-postgres-${number}`, databaseUrls['employee-service'])
      const toAuth = await relayTo(`employee-auth-${number}`, authUrl)
      return { toAuth, environment: { EMPLOYEE_DATABASE_URL: toPostgres.url, AUTH_URL: toAuth.url } }
    }),
  )
  const employee = await startReplicaSet({
    http,
    random,
    count: REPLICAS,
    start: (number) =>
      cluster.start(scope, {
        service: 'employee-service',
        name: `${name}-employee-${number}`,
        environment: employeeRelays[number - 1]?.environment ?? {},
      }),
  })

  const replicas = { 'auth-service': auth, 'employee-service': employee }
  let administrator = { token: '', validUntilMs: 0 }
  const pair: Pair = {
    http,
    random,
    mailServer,
    replicas,
    databaseUrls,
    redisUrl: redis.url,
    breakpoints,
    follow(trail) {
      followed = trail
    },
    cut: (number) => employeeRelays[number - 1]?.toAuth.cut(),
    async call(service, path, request) {
      await replicas[service].untilUp(1)
      const url = service === 'auth-service' ? authUrl() : random.pick([...employee.up.values()]).url
      // As if each call came from elsewhere: some are limited by address.
      const from = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`
      return http.send(`${url}${path}`, {
        token: administrator.token,
        ...request,
        headers: { 'x-forwarded-for': from, ...request?.headers },
      })
    },
    async answerOf(service, path, request) {
      let reply: Reply | undefined
      const isAnswered = async (): Promise<boolean> => {
        reply = await pair.call(service, path, request)
        return reply.status !== 0 && reply.status !== 503
      }
      if ((await poll(isAnswered, { timeoutMs: ANSWERED_WITHIN_MS, intervalMs: 50 })) && reply) return reply
      throw new Error(`${service} did not answer ${path} for a minute`)
    },
    async renewAdministrator() {
      while (performance.now() > administrator.validUntilMs) {
        await auth.untilUp(1)
        const tokens = await signIn(http, authUrl(), cluster.administrator).catch(() => undefined)
        if (tokens === undefined) await sleep(200)
        else administrator = { token: tokens.accessToken, validUntilMs: performance.now() + TOKEN_VALID_MS }
      }
    },
    async untilUp(which) {
      for (const set of Object.values(replicas)) await set.untilUp(which === 'all' ? REPLICAS : 1)
    },
  }
  await pair.renewAdministrator()
  return pair
}

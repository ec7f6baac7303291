import { randomBytes, randomInt } from 'node:crypto'
import { sleep } from '@latchkey/harness'
import { privatePostgres, privateRedis, type TcpRelay, tcpRelay } from '@latchkey/test-kit'
import { type Breakpoints, createBreakpoints } from '../../cluster/breakpoint.ts'
import { createCluster, untilReady } from '../../cluster/cluster.ts'
import type { ServiceProcess } from '../../cluster/service-process.ts'
import type { Http, Reply } from '../../driver/http.ts'
import type { Random } from '../../random.ts'
import type { Scope } from '../../scope.ts'
import { type MailServer, startMailServer } from './mail-server.ts'

/** Replicas of auth-service on one Postgres and one mail server, with a relay in each connection to them. */
export type Replicas = {
  readonly mailServer: MailServer
  readonly breakpoints: Breakpoints
  /** To the mail server, of each replica. */
  readonly mailRelays: readonly TcpRelay[]
  readonly administrator: { readonly email: string; readonly password: string }
  /** Of a replica that is up. */
  url(): string
  /** Calls a replica that is up, as if from an address of its own. */
  post(path: string, body: object): Promise<Reply>
  /** Mails that are still to be sent, as a replica reports it; undefined if it does not. */
  countPending(): Promise<number | undefined>
  /** Kills the replica with this number, from 1, and restarts it a moment later. */
  kill(replica: number): Promise<void>
  /** Waits until so many replicas are ready. */
  untilUp(count: number): Promise<void>
}

type Options = {
  readonly scope: Scope
  readonly directory: string
  readonly http: Http
  readonly random: Random
  readonly count: number
  readonly slowMs?: number
}

const DEAD_MS = [50, 500] as const

export async function startReplicas({ scope, directory, http, random, count, slowMs = 0 }: Options): Promise<Replicas> {
  const [postgres, redis] = await Promise.all([privatePostgres(scope, { maxConnections: 300 }), privateRedis(scope)])
  const mailServer = await startMailServer(scope, { slowMs })
  const breakpoints = createBreakpoints()
  const { onChunk } = breakpoints
  const databaseUrl = await postgres.createDatabase('auth')
  const cluster = createCluster({
    directory,
    databaseUrl,
    employeeDatabaseUrl: databaseUrl,
    redisUrl: redis.url,
    grace: '2s',
  })
  const shared = { MAIL_FROM: 'Latchkey <no-reply@latchkey.test>', PUBLIC_URL: 'https://id.latchkey.test' }
  const mailRelays: TcpRelay[] = []
  const starts: (() => Promise<ServiceProcess>)[] = []
  for (let number = 1; number <= count; number++) {
    const mailRelay = await tcpRelay(scope, mailServer.url, { name: `smtp-${number}`, onChunk })
    mailRelays.push(mailRelay)
    const { url: relayedUrl } = await tcpRelay(scope, databaseUrl, { name: `postgres-${number}`, onChunk })
    const environment = { ...shared, DATABASE_URL: relayedUrl, SMTP_URL: mailRelay.url }
    starts.push(() => cluster.start(scope, { service: 'auth-service', name: `mails-${number}`, environment }))
  }

  /** By number; those that start are missing. */
  const up = new Map<number, ServiceProcess>()
  const starting = new Set<Promise<void>>()
  function start(number: number, delayMs: number): void {
    const started = (async () => {
      await sleep(delayMs)
      const replica = await starts[number - 1]?.()
      if (!replica) throw new Error(`there is no replica ${number}`)
      await untilReady(http, replica)
      up.set(number, replica)
    })()
    const tracked = started.finally(() => starting.delete(tracked))
    starting.add(tracked)
  }
  // The first one alone: it migrates.
  start(1, 0)
  await Promise.all(starting)
  for (let number = 2; number <= count; number++) start(number, 0)
  await Promise.all(starting)

  const url = (): string => random.pick([...up.values()]).url
  return {
    mailServer,
    breakpoints,
    mailRelays,
    administrator: cluster.administrator,
    url,
    async post(path, body) {
      const from = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`
      return http.send(`${url()}${path}`, { body, headers: { 'x-forwarded-for': from } })
    },
    async countPending() {
      const response = await fetch(`${url()}/metrics`).catch(() => undefined)
      const [, count] = /^mails_pending (\d+)$/m.exec((await response?.text()) ?? '') ?? []
      return count === undefined ? undefined : Number(count)
    },
    async kill(number) {
      const replica = up.get(number)
      up.delete(number)
      await replica?.kill()
      // The relays see its connections close, and drop what they hold of it.
      await sleep(50)
      start(number, random.between(...DEAD_MS))
    },
    async untilUp(wanted) {
      while (up.size < wanted && starting.size > 0) await Promise.race(starting)
    },
  }
}

/** A user name and mailbox that nothing had before. */
export const newName = (prefix: string): string => `${prefix}-${randomBytes(8).toString('hex')}`

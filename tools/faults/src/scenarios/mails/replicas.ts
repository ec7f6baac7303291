import { randomBytes, randomInt } from 'node:crypto'
import type { Random, Scope } from '@latchkey/harness'
import { privatePostgres, privateRedis, type TcpRelay, tcpRelay } from '@latchkey/test-kit'
import { type Breakpoints, createBreakpoints } from '../../cluster/breakpoint.ts'
import { createCluster } from '../../cluster/cluster.ts'
import { type MailServer, startMailServer } from '../../cluster/mail-server.ts'
import { startReplicaSet } from '../../cluster/replica-set.ts'
import type { ServiceProcess } from '../../cluster/service-process.ts'
import type { Http, Reply } from '../../driver/http.ts'

/** Replicas of auth-service on one Postgres and one mail server, with a relay in each connection to them. */
export type Replicas = {
  /** How many there are while none is dead. */
  readonly count: number
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

  const replicas = await startReplicaSet({ http, random, count, start: (number) => starts[number - 1]?.() })

  const anyReplica = () => random.pick([...replicas.up.values()])
  const url = (): string => anyReplica().url
  return {
    count,
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
      const response = await fetch(`${anyReplica().operationsUrl}/metrics`).catch(() => undefined)
      const [, count] = /^mails_pending (\d+)$/m.exec((await response?.text()) ?? '') ?? []
      return count === undefined ? undefined : Number(count)
    },
    kill: replicas.kill,
    untilUp: replicas.untilUp,
  }
}

/** A user name and mailbox that nothing had before. */
export const newName = (prefix: string): string => `${prefix}-${randomBytes(8).toString('hex')}`

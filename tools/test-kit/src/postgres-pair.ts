import { runSql, type TestScope } from '@latchkey/harness'
import { eventually } from './eventually.ts'
import { privatePostgres } from './private-postgres.ts'
import { privateStandby } from './private-standby.ts'
import { tcpRelay } from './tcp-relay.ts'

export type PostgresPair = {
  /** Leads to the primary. Connections that are open stay with their server: as behind a balancer, or a name that leads elsewhere now. */
  readonly url: string
  readonly standbyUrl: string
  /** The standby takes over from a primary that lives on and takes no writes any more. */
  failOver(): Promise<void>
  /** Waits until no client is connected to the primary of before. */
  untilLeft(): Promise<unknown>
  /** Has the new primary take no writes either. */
  endWrites(): Promise<void>
}

const NO_WRITES = ['alter system set default_transaction_read_only = on', 'select pg_reload_conf()']
const CLIENTS = "select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"

/** A primary and its standby. */
export async function postgresPair(t: TestScope): Promise<PostgresPair> {
  const old = await privatePostgres(t)
  const next = await privateStandby(t, old)
  let primaryUrl = old.url
  const relay = await tcpRelay(t, () => primaryUrl)
  return {
    url: relay.url,
    standbyUrl: next.url,
    async failOver() {
      primaryUrl = next.url
      await next.promote()
      await runSql(old.superuserUrl(), ...NO_WRITES)
    },
    untilLeft: () =>
      eventually(async () => (await runSql(old.superuserUrl(), CLIENTS)).length === 0, 'no connection is left there'),
    endWrites: async () => void (await runSql(next.superuserUrl, ...NO_WRITES)),
  }
}

/** What clients of a test have met so far. */
export type Traffic = { rounds: number; refused: number }

/** Waits for so many rounds in which nothing was refused. @returns how long that took. Milliseconds */
export async function untilServed(traffic: Traffic, rounds: number): Promise<number> {
  const startedAt = performance.now()
  await eventually(async () => {
    const { rounds: at, refused } = traffic
    await eventually(() => traffic.rounds > at + rounds)
    return traffic.refused === refused
  }, `${rounds} rounds without a 503`)
  return Math.round(performance.now() - startedAt)
}

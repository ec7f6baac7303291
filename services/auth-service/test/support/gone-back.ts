import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { eventually, privatePostgres, privateRedis, runSql, type TestEnvironment } from '@latchkey/test-kit'
import { type Call, startAuthService, type TestService } from './auth-service.ts'
import { type CommandResult, runOn } from './run-command.ts'

type Scope = Parameters<typeof startAuthService>[0]

/** auth-service on a Postgres and a Redis of its own, each of which may go back in time. */
export type GoingBack = {
  readonly environment: TestEnvironment
  readonly auth: TestService
  readonly redis: Awaited<ReturnType<typeof privateRedis>>
  /** Waits until Redis knows all that Postgres does now, then keeps a copy of Postgres. */
  backUp(): Promise<void>
  /** Puts that copy back, as an operator does by hand: nobody is told. */
  restore(): Promise<void>
  /** Waits until every account that there is has its mark. */
  untilMarked(): Promise<void>
  reconcile(settings?: Record<string, string>): Promise<CommandResult>
  /** A call whose answer counts, 503 too. */
  once(method: string, url: string, call?: Call): ReturnType<TestService['call']>
}

export async function startGoingBack(t: Scope): Promise<GoingBack> {
  const postgres = await privatePostgres(t)
  const redis = await privateRedis(t)
  const environment = {
    databaseUrl: postgres.url,
    schema: 'accounts',
    redisUrl: redis.url,
    redisPrefix: 'latchkey:',
  }
  await runSql(postgres.url, `create schema ${environment.schema}`)
  const auth = await startAuthService(t, { environment })
  const copy = `${postgres.directory}-copy`

  const beats = async (): Promise<number> => {
    const [row] = await runSql(postgres.url, `select count::int as count from ${environment.schema}.beats`)
    return Number(row?.count)
  }

  async function untilMarked(): Promise<void> {
    // The first may have begun before this.
    const before = await beats()
    await eventually(async () => (await beats()) >= before + 2)
  }

  return {
    environment,
    auth,
    redis,
    untilMarked,
    once: auth.once.call,

    async backUp() {
      await untilMarked()
      await postgres.stop()
      replace(copy, postgres.directory)
      await postgres.start()
      await eventually(async () => (await auth.once.call('GET', '/health/ready')).statusCode === 200)
    },

    async restore() {
      await postgres.stop()
      replace(postgres.directory, copy)
      await postgres.start()
    },

    reconcile: (settings) => runOn({ environment }, ['reconcile'], settings),
  }
}

/** With owners and modes, which Postgres insists on. */
function replace(directory: string, by: string): void {
  rmSync(directory, { recursive: true, force: true })
  const { status, stderr } = spawnSync('cp', ['-a', by, directory], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the data could not be copied: ${stderr}`)
}

/** Waits until the service says that Postgres has to be reconciled. */
export const untilRefused = (auth: TestService): Promise<unknown> =>
  eventually(async () => {
    const answer = await auth.once.call('POST', '/auth/login', { body: { email: 'a@example.test', password: 'b' } })
    return answer.statusCode === 503 && answer.json().code === 'reconciliation_required'
  })

/** Waits until it serves. */
export const untilServed = (auth: TestService): Promise<unknown> =>
  eventually(async () => (await auth.once.call('GET', '/health/ready')).statusCode === 200)

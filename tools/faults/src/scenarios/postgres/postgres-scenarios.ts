import { sleep } from '@latchkey/harness'
import { type PrivatePostgres, privatePostgres, runSql } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import { clock, type Fault } from '../../history/history-record.ts'
import { startRedisStore } from '../../store/start-store.ts'
import { deploy } from '../deployment.ts'
import type { Scenario, ScenarioContext } from '../scenario.ts'

type Stage = {
  readonly postgres: PrivatePostgres
  readonly databases: readonly string[]
  readonly random: ScenarioContext['random']
}

type PostgresFault = {
  readonly name: string
  readonly title: string
  cause(stage: Stage): Promise<Pick<Fault, 'start' | 'end'>>
}

/** A fault of the Postgres of both services, caused again and again under load. */
const postgresScenario = ({ name, title, cause }: PostgresFault): Scenario => ({
  name,
  title,
  plan: { full: { runs: 8, seconds: 60 }, quick: { runs: 1, seconds: 12 } },
  checks: DEFAULT_CHECKS,
  topologies: ['single'],

  async run(context) {
    const { scope, history, random, runs, topology } = context
    const store = await startRedisStore(scope, topology)
    const postgres = await privatePostgres(scope)
    const databases: string[] = []
    const deployment = await deploy(context, name, store.url, {
      createDatabase: (database) => {
        databases.push(database)
        return postgres.createDatabase(database)
      },
    })
    const workload = await deployment.startWorkload()
    for (const run of runs) {
      await sleep(random.between(300, 1500))
      const caused = await cause({ postgres, databases, random })
      await workload.untilAllAnswered(caused.end)
      history.add({ kind: 'fault', name: `${name}, run ${run}`, what: 'store', ...caused, recoveredBy: clock() })
      await workload.probeRevoked(caused.start - 5000)
    }
    await workload.stop()
    return {}
  },
})

export const postgresLocked = postgresScenario({
  name: 'postgres-locked',
  title: 'a lock on the accounts holds every connection that asks for one',
  async cause({ postgres, databases, random }) {
    const [auth = ''] = databases
    const seconds = random.between(3, 5)
    const start = clock()
    await runSql(
      postgres.superuserUrl(auth),
      'begin; lock table users in access exclusive mode',
      `select pg_sleep(${seconds})`,
      'commit',
    )
    return { start, end: clock() }
  },
})

export const postgresScenarios: readonly Scenario[] = [
  postgresScenario({
    name: 'postgres-killed',
    title: 'Postgres killed and restarted',
    async cause({ postgres, random }) {
      const start = clock()
      await postgres.kill()
      await sleep(random.between(200, 3000))
      await postgres.start()
      return { start, end: clock() }
    },
  }),
  postgresScenario({
    name: 'postgres-sessions-ended',
    title: 'every connection to Postgres ended by `pg_terminate_backend`',
    async cause({ postgres }) {
      const start = clock()
      await runSql(
        postgres.superuserUrl(),
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()',
      )
      return { start, end: clock() }
    },
  }),
  postgresScenario({
    name: 'postgres-silent',
    title: 'Postgres silent for seconds',
    async cause({ postgres, random }) {
      const start = clock()
      postgres.pause()
      await sleep(random.between(2000, 5000))
      postgres.resume()
      return { start, end: clock() }
    },
  }),
  postgresLocked,
]

import { createCluster, untilReady } from '../cluster/cluster.ts'
import type { ServiceProcess } from '../cluster/service-process.ts'
import { type Api, createApi } from '../driver/api.ts'
import type { Pace } from '../driver/honest-client.ts'
import { type Population, populate } from '../driver/population.ts'
import { createRecorder } from '../driver/recorder.ts'
import { createVerifierApi, type VerifierApi } from '../driver/verifier-api.ts'
import { startWorkload, type Workload } from '../driver/workload.ts'
import type { ScenarioContext } from './scenario.ts'

/** Running services, and the clients that use them. */
export type Deployment = {
  readonly api: Api
  readonly verifiers: readonly VerifierApi[]
  readonly servers: readonly ServiceProcess[]
  readonly population: Population
  /** Starts one more replica of employee-service, ready or not. */
  startVerifier(name: string, environment?: Environment): Promise<VerifierApi>
  /** Signs every client in and starts the load. */
  startWorkload(): Promise<Workload>
}

export const GRACE_MS = 2000
/** With 120 clients about 200 calls a second. */
const BRISK: Pace = { thinkMs: [300, 900], retryMs: [300, 800] }

type Environment = Readonly<Record<string, string>>

export type DeployOptions = {
  /** Settings of every replica of both services. */
  readonly everyReplica?: Environment
  /** Settings of the first replica of auth-service that differ from those of the second. */
  readonly firstReplica?: Environment
  /** Replicas of employee-service by name, with the settings that differ; one unless given. */
  readonly verifiers?: Readonly<Record<string, Environment>>
  readonly pace?: Pace
  /** Creates an empty database elsewhere than the others are. */
  readonly createDatabase?: (name: string) => Promise<string>
}

/** Starts two replicas of auth-service, with verifiers, on one Redis, and registers the accounts. */
export async function deploy(
  context: ScenarioContext,
  scenario: string,
  redisUrl: string,
  options: DeployOptions = {},
): Promise<Deployment> {
  const { scope, databases, http, history, random, size, topology } = context
  const { everyReplica = {}, firstReplica = {}, pace = BRISK, verifiers: wanted = { verifier: {} } } = options
  const { createDatabase = databases.create } = options
  const name = `${scenario}-${topology}`
  const suffix = name.replaceAll('-', '_')
  const cluster = createCluster({
    directory: databases.directory,
    databaseUrl: await createDatabase(`auth_${suffix}`),
    employeeDatabaseUrl: await createDatabase(`employee_${suffix}`),
    redisUrl,
    grace: `${GRACE_MS / 1000}s`,
  })
  const recorder = createRecorder(http, history)
  const startVerifier = async (replica: string, environment: Environment = {}) => {
    const started = await cluster.start(scope, {
      service: 'employee-service',
      name: `${name}-${replica}`,
      environment: { ...everyReplica, ...environment },
    })
    return { started, verifier: createVerifierApi(recorder, started) }
  }
  const [first, second, ...others] = await Promise.all([
    cluster.start(scope, {
      service: 'auth-service',
      name: `${name}-auth-1`,
      environment: { ...everyReplica, ...firstReplica },
    }),
    cluster.start(scope, { service: 'auth-service', name: `${name}-auth-2`, environment: everyReplica }),
    ...Object.entries(wanted).map(([replica, environment]) => startVerifier(replica, environment)),
  ])
  scope.teardown(async () => http.close())
  await untilReady(http, first, second, ...others.map(({ started }) => started))

  const servers = [first, second]
  const api = createApi({ recorder, servers, random: random.fork('replicas') })
  const verifiers = others.map(({ verifier }) => verifier)
  const population = await populate({
    ...size,
    http,
    api,
    servers,
    verifiers,
    administrator: cluster.administrator,
    random,
    graceMs: GRACE_MS,
    pace,
  })
  return {
    api,
    verifiers,
    servers,
    population,
    startVerifier: async (...replica) => (await startVerifier(...replica)).verifier,
    startWorkload: () =>
      startWorkload({ api, verifiers, population, random: random.fork('workload'), graceMs: GRACE_MS }),
  }
}

import { type Api, createApi, type Target } from '../driver/api.ts'
import type { Pace } from '../driver/honest-client.ts'
import { hangUp } from '../driver/http.ts'
import { type Population, populate } from '../driver/population.ts'
import { createRecorder } from '../driver/recorder.ts'
import { type Storm, startStorm } from '../driver/storm.ts'
import { createVerifierApi, type VerifierApi } from '../driver/verifier-api.ts'
import { createWorld, untilReady } from '../world/world.ts'
import type { Surroundings } from './scenario.ts'

/** Services in operation, and people who use them. */
export type Deployment = {
  readonly api: Api
  readonly verifiers: readonly VerifierApi[]
  readonly servers: readonly Target[]
  readonly population: Population
  /** Starts one more replica of employee-service, ready or not. */
  startVerifier(name: string, environment?: Environment): Promise<VerifierApi>
  /** Signs everybody in; from then on all goes on at once. */
  startStorm(): Promise<Storm>
}

export const GRACE_MS = 2000
/** With 120 clients about 200 calls a second. */
const BRISK: Pace = { thinkMs: [300, 900], retryMs: [300, 800] }

type Environment = Readonly<Record<string, string>>

export type DeployOptions = {
  /** What the first replica of auth-service has different from the second. */
  readonly firstReplica?: Environment
  /** Replicas of employee-service by their names, and what is different about them; one unless given. */
  readonly verifiers?: Readonly<Record<string, Environment>>
  readonly pace?: Pace
}

/** Two replicas of auth-service, with verifiers, on one Redis; and accounts for everybody. */
export async function deploy(
  surroundings: Surroundings,
  name: string,
  redisUrl: string,
  { firstReplica = {}, pace = BRISK, verifiers: wanted = { verifier: {} } }: DeployOptions = {},
): Promise<Deployment> {
  const { scope, databases, history, random, size } = surroundings
  const world = createWorld({
    directory: databases.directory,
    databaseUrl: await databases.create(`auth_${name}`),
    employeeDatabaseUrl: await databases.create(`employee_${name}`),
    redisUrl,
    grace: `${GRACE_MS / 1000}s`,
  })
  const recorder = createRecorder(history)
  const startVerifier = async (replica: string, environment: Environment = {}) => {
    const started = await world.start(scope, { service: 'employee-service', name: `${name}-${replica}`, environment })
    return { started, verifier: createVerifierApi(recorder, started) }
  }
  const [first, second, ...others] = await Promise.all([
    world.start(scope, { service: 'auth-service', name: `${name}-auth-1`, environment: firstReplica }),
    world.start(scope, { service: 'auth-service', name: `${name}-auth-2` }),
    ...Object.entries(wanted).map(([replica, environment]) => startVerifier(replica, environment)),
  ])
  scope.teardown(async () => hangUp())
  await untilReady(first, second, ...others.map(({ started }) => started))

  const servers = [first, second]
  const api = createApi({ recorder, servers, random: random.fork('replicas') })
  const verifiers = others.map(({ verifier }) => verifier)
  const population = await populate({
    ...size,
    api,
    servers,
    verifiers,
    administrator: world.administrator,
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
    startStorm: () => startStorm({ api, verifiers, population, random: random.fork('storm'), graceMs: GRACE_MS }),
  }
}

import { sleep } from '@latchkey/harness'
import { DEFAULT_CHECKS } from '../../checker/check-options.ts'
import type { VerifierApi } from '../../driver/verifier-api.ts'
import { clock } from '../../history/history-record.ts'
import { relayStore, type StoreRelay } from '../../store/relayed-store.ts'
import { startRedisStore } from '../../store/start-store.ts'
import { type Deployment, deploy } from '../deployment.ts'
import type { Scenario, ScenarioContext } from '../scenario.ts'

/** Verifiers are cut off from the feed while sessions are revoked, and one starts during the cut. */
export const feedCut: Scenario = {
  name: 'feed-cut',
  title: 'feed cut, and a verifier that starts during the cut',
  plan: { full: { runs: 1, seconds: 70 }, quick: { runs: 1, seconds: 10 } },
  checks: DEFAULT_CHECKS,

  async run(context) {
    const { scope, random, runs, cutSeconds, topology } = context
    const store = await startRedisStore(scope, topology)
    const relay = await relayStore(scope, store)
    const staleMs = Math.max(1, Math.round(cutSeconds / 3)) * 1000
    const strict = { REVOCATION_MAX_STALENESS: `${staleMs / 1000}s`, ON_STALE_REVOCATIONS: 'reject' }
    const deployment = await deploy(context, 'feed', store.url, {
      verifiers: { connected: {}, cut: { REDIS_URL: relay.url }, strict: { REDIS_URL: relay.url, ...strict } },
    })
    const workload = await deployment.startWorkload()
    const recoveryMs: number[] = []
    for (const run of runs) {
      await sleep(random.between(2000, 3000))
      const start = clock()
      recoveryMs.push(...(await cutFeed({ context, deployment, relay, staleMs, run })))
      await workload.untilAllAnswered(clock())
      await workload.probeRevoked(start - 5000)
    }
    await workload.stop()
    return { recoveryMs }
  },
}

type Cut = {
  readonly context: ScenarioContext
  readonly deployment: Deployment
  readonly relay: StoreRelay
  readonly staleMs: number
  readonly run: number
}

/** Resolves to how long each verifier took to be up to date again, once it could. */
async function cutFeed({ context, deployment, relay, staleMs, run }: Cut): Promise<number[]> {
  const { history, cutSeconds } = context
  const [, cut, strict] = deployment.verifiers
  if (!cut || !strict) throw new Error('verifiers are missing')

  const start = clock()
  const until = start + cutSeconds * 1000
  // First the network hangs, then it refuses.
  relay.hang()
  await watch([cut, strict], deployment, start + (until - start) / 4)
  const late = await deployment.startVerifier(`starting-${run}`, { REDIS_URL: relay.url })
  await watch([cut, strict, late], deployment, start + (until - start) / 2)
  await relay.refuse()
  await watch([cut, strict, late], deployment, until)
  await relay.restore()
  const end = clock()

  const affected = [cut, strict, late]
  const recoveryMs = await Promise.all(affected.map((verifier) => untilUpToDate(verifier, end)))
  history.add({
    kind: 'fault',
    name: `feed cut, run ${run}`,
    what: 'feed',
    start,
    end,
    recoveredBy: clock(),
    servers: affected.map(({ name }) => name),
    startedDuring: [late.name],
    strict: { servers: [strict.name], afterMs: staleMs },
  })
  await watch(affected, deployment, end + feedCut.checks.resyncMs + 1000)
  return recoveryMs
}

/** Polls the state of verifiers, and presents tokens of live and of revoked sessions. */
async function watch(verifiers: readonly VerifierApi[], { population }: Deployment, until: number): Promise<void> {
  const { clients, revoked } = population
  for (let n = 0; clock() < until; n++) {
    const held = clients[n % clients.length]?.tokens?.held
    const over = revoked.sessions.at(-1 - (n % 50))
    for (const verifier of verifiers) {
      await verifier.ready()
      if (held) await verifier.employees('client', held)
      if (over) await verifier.employees('prober', over.held)
    }
    await sleep(100)
  }
}

/** However slowly the machine starts a process. */
const UP_TO_DATE_WITHIN_MS = 120_000

async function untilUpToDate(verifier: VerifierApi, since: number): Promise<number> {
  for (;;) {
    const { end, reason } = await verifier.ready()
    if (reason === 'ok') return end - since
    if (end - since > UP_TO_DATE_WITHIN_MS) throw new Error(`${verifier.name} does not follow the feed again`)
    await sleep(10)
  }
}

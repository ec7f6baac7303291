import { setTimeout as delay } from 'node:timers/promises'
import { type CuttableProxy, cuttableProxy, privateRedis } from '@latchkey/test-kit'
import { DEFAULT_CHECKS } from '../checker/check-options.ts'
import { clock } from '../clock.ts'
import type { VerifierApi } from '../driver/verifier-api.ts'
import { type Deployment, deploy } from './deployment.ts'
import type { Scenario, Surroundings } from './scenario.ts'

/** Verifiers are cut off from the feed while sessions go on ending, and one starts in the middle of it. */
export const feedCut: Scenario = {
  name: 'feed-cut',
  title: 'feed cut, and a verifier that starts meanwhile',
  plan: { full: { runs: 1, seconds: 70 }, quick: { runs: 1, seconds: 10 } },
  checks: DEFAULT_CHECKS,

  async run(surroundings) {
    const { scope, random, runs, cutSeconds } = surroundings
    const redis = await privateRedis(scope)
    const proxy = await cuttableProxy(scope, redis.url)
    const staleMs = Math.max(1, Math.round(cutSeconds / 3)) * 1000
    const strict = { REVOCATION_MAX_STALENESS: `${staleMs / 1000}s`, ON_STALE_REVOCATIONS: 'reject' }
    const deployment = await deploy(surroundings, 'feed', redis.url, {
      verifiers: { connected: {}, cut: { REDIS_URL: proxy.url }, strict: { REDIS_URL: proxy.url, ...strict } },
    })
    const storm = await deployment.startStorm()
    const recoveryMs: number[] = []
    for (const run of runs) {
      await delay(random.between(2000, 3000))
      const start = clock()
      recoveryMs.push(...(await cutFeed({ surroundings, deployment, proxy, staleMs, run })))
      await storm.untilAllHeard(clock())
      await storm.probeGraves(start - 5000)
    }
    await storm.stop()
    return { recoveryMs }
  },
}

type Cut = {
  readonly surroundings: Surroundings
  readonly deployment: Deployment
  readonly proxy: CuttableProxy
  readonly staleMs: number
  readonly run: number
}

/** Resolves to how long each verifier took to be up to date again, once it could. */
async function cutFeed({ surroundings, deployment, proxy, staleMs, run }: Cut): Promise<number[]> {
  const { history, cutSeconds } = surroundings
  const [, cut, strict] = deployment.verifiers
  if (!cut || !strict) throw new Error('verifiers are missing')

  const start = clock()
  const until = start + cutSeconds * 1000
  // First it is silent, then it refuses.
  proxy.hang()
  await watch([cut, strict], deployment, start + (until - start) / 4)
  const blind = await deployment.startVerifier(`starting-${run}`, { REDIS_URL: proxy.url })
  await watch([cut, strict, blind], deployment, start + (until - start) / 2)
  await proxy.refuse()
  await watch([cut, strict, blind], deployment, until)
  await proxy.restore()
  const end = clock()

  const concerned = [cut, strict, blind]
  const recoveryMs = await Promise.all(concerned.map((verifier) => untilUpToDate(verifier, end)))
  history.add({
    kind: 'fault',
    name: `feed cut, run ${run}`,
    what: 'feed',
    start,
    end,
    settled: clock(),
    servers: concerned.map(({ name }) => name),
    blind: [blind.name],
    strict: { servers: [strict.name], afterMs: staleMs },
  })
  await watch(concerned, deployment, end + feedCut.checks.resyncMs + 1000)
  return recoveryMs
}

/** Asks verifiers again and again how they are, and to serve sessions that go on and sessions that are over. */
async function watch(verifiers: readonly VerifierApi[], { population }: Deployment, until: number): Promise<void> {
  const { clients, graveyard } = population
  for (let turn = 0; clock() < until; turn++) {
    const held = clients[turn % clients.length]?.wallet?.held
    const grave = graveyard.graves.at(-1 - (turn % 50))
    for (const verifier of verifiers) {
      await verifier.ready()
      if (held) await verifier.employees('client', held)
      if (grave) await verifier.employees('prober', grave.held)
    }
    await delay(100)
  }
}

async function untilUpToDate(verifier: VerifierApi, since: number): Promise<number> {
  for (;;) {
    const { end, reason } = await verifier.ready()
    if (reason === 'ok' || end - since > 15_000) return end - since
    await delay(10)
  }
}

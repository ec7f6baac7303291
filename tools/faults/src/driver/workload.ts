import type { Random } from '@latchkey/harness'
import { poll, sleep } from '@latchkey/harness'
import pLimit from 'p-limit'
import { clock } from '../history/history-record.ts'
import type { Api } from './api.ts'
import type { Population } from './population.ts'
import { probe } from './revoked-set.ts'
import { revoke } from './revoker.ts'
import { steal } from './thief.ts'
import type { VerifierApi } from './verifier-api.ts'

export type WorkloadOptions = {
  readonly api: Api
  readonly verifiers: readonly VerifierApi[]
  readonly population: Population
  readonly random: Random
  readonly graceMs: number
}

/** Honest clients, thieves, a revoker and probes, all at once until stopped. */
export type Workload = {
  /** Resolves once every client got a verdict on its session since then, or when that takes too long. */
  untilAllAnswered(since: number): Promise<void>
  /** Presents tokens of revoked sessions: all that were revoked since then, and some of the others. */
  probeRevoked(since: number): Promise<void>
  /** Stale clients: they replay the tokens revoked since then at auth-service, over and over, until stopped. */
  replayRevoked(since: number): { stop(): Promise<void> }
  /** Resolves when all have stopped, and the tokens were presented again once every verifier must know of the revocations. */
  stop(): Promise<void>
}

const THEFT_EVERY_MS = 700
const REVOCATION_EVERY_MS = 400
const PROBE_EVERY_MS = 150
/** More than any verifier may take to learn of a revocation. */
const ALL_KNOWN_MS = 3000
/** Age of the revocations that the last probe covers. */
const LAST_PROBE_MS = 15_000
const PROBES_AT_ONCE = 4
const ANSWERED_WITHIN_MS = 15_000

/** Signs every client in, then starts the rest. */
export async function startWorkload(options: WorkloadOptions): Promise<Workload> {
  const { api, verifiers, population, random, graceMs } = options
  const { clients, admin, revoked } = population
  const stopping = new AbortController()
  const { signal } = stopping
  const areAnswered = (since: number): boolean => clients.every(({ verdictAt }) => verdictAt > since)

  async function probeAtRandom(): Promise<void> {
    while (!signal.aborted) {
      await sleep(random.between(0.5, 1.5) * PROBE_EVERY_MS, signal)
      const session = revoked.sessions.length > 0 ? random.pick(revoked.sessions) : undefined
      if (session && !signal.aborted) await probe(api, verifiers, session)
    }
  }

  const actors = clients.map((client) => client.run(signal))
  if (!(await poll(() => areAnswered(0), { timeoutMs: 60_000 }))) {
    stopping.abort()
    throw new Error('not every client could sign in')
  }
  const others = { api, clients, random, graceMs }
  actors.push(
    steal({ ...others, everyMs: THEFT_EVERY_MS }, signal),
    revoke({ ...others, admin, everyMs: REVOCATION_EVERY_MS }, signal),
    probeAtRandom(),
  )

  async function probeRevoked(since: number): Promise<void> {
    const older = revoked.sessions.filter((session) => session.since <= since)
    const some = older.length > 0 ? Array.from({ length: 20 }, () => random.pick(older)) : []
    const chosen = new Set([...revoked.sessions.filter((session) => session.since > since), ...some])
    const limit = pLimit(PROBES_AT_ONCE)
    await Promise.all([...chosen].map((session) => limit(() => probe(api, verifiers, session))))
  }

  function replayRevoked(since: number): { stop(): Promise<void> } {
    const ending = new AbortController()
    const replay = async (): Promise<void> => {
      for (let n = 0; !ending.signal.aborted; n++) {
        const recent = revoked.sessions.filter((session) => session.since > since)
        const session = recent[n % recent.length]
        if (session) await probe(api, [], session)
        await sleep(10, ending.signal)
      }
    }
    const ended = replay()
    return {
      async stop() {
        ending.abort()
        await ended
      },
    }
  }

  return {
    async untilAllAnswered(since) {
      await poll(() => areAnswered(since), { timeoutMs: ANSWERED_WITHIN_MS })
    },
    probeRevoked,
    replayRevoked,
    async stop() {
      stopping.abort()
      await Promise.all(actors)
      await sleep(ALL_KNOWN_MS)
      await probeRevoked(clock() - LAST_PROBE_MS)
    },
  }
}

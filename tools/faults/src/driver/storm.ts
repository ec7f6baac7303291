import { setTimeout as delay } from 'node:timers/promises'
import pLimit from 'p-limit'
import { clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { Api } from './api.ts'
import { probe } from './graveyard.ts'
import { pause } from './pause.ts'
import type { Population } from './population.ts'
import { revoke } from './revoker.ts'
import { steal } from './thief.ts'
import type { VerifierApi } from './verifier-api.ts'

export type StormOptions = {
  readonly api: Api
  readonly verifiers: readonly VerifierApi[]
  readonly population: Population
  readonly random: Random
  readonly graceMs: number
}

/** Everybody at once, until stopped. */
export type Storm = {
  /** Returns once every client has heard since then whether its session goes on, or when it took too long. */
  untilAllHeard(since: number): Promise<void>
  /** Tries the tokens of sessions that are over: all that ended since then, and some of the others. */
  probeGraves(since: number): Promise<void>
  /** Tries those that ended since then over and over, at auth-service, until it is told to stop. */
  haunt(since: number): { stop(): Promise<void> }
  /** Returns when everybody has stopped, and looks at the graves once more when all verifiers must know all. */
  stop(): Promise<void>
}

const THEFT_EVERY_MS = 700
const REVOCATION_EVERY_MS = 400
const PROBE_EVERY_MS = 150
/** Longer than any verifier may take to learn something. */
const ALL_KNOWN_MS = 3000
const LAST_LOOK_MS = 15_000
const PROBES_AT_ONCE = 4
const HEARD_WITHIN_MS = 15_000

/** Signs everybody in and begins. */
export async function startStorm(options: StormOptions): Promise<Storm> {
  const { api, verifiers, population, random, graceMs } = options
  const { clients, admin, graveyard } = population
  const stopping = new AbortController()
  const { signal } = stopping
  const haveHeard = (since: number): boolean => clients.every(({ heardAt }) => heardAt > since)

  async function untilAllHeard(since: number, withinMs = HEARD_WITHIN_MS): Promise<void> {
    const deadline = clock() + withinMs
    while (!haveHeard(since) && clock() < deadline) await delay(20)
  }

  async function probeNowAndThen(): Promise<void> {
    while (!signal.aborted) {
      await pause(random.between(0.5, 1.5) * PROBE_EVERY_MS, signal)
      const grave = graveyard.graves.length > 0 ? random.pick(graveyard.graves) : undefined
      if (grave && !signal.aborted) await probe(api, verifiers, grave)
    }
  }

  const actors = clients.map((client) => client.live(signal))
  await untilAllHeard(0, 60_000)
  if (!haveHeard(0)) {
    stopping.abort()
    throw new Error('not every client could sign in')
  }
  const others = { api, clients, random, graceMs }
  actors.push(
    steal({ ...others, everyMs: THEFT_EVERY_MS }, signal),
    revoke({ ...others, admin, everyMs: REVOCATION_EVERY_MS }, signal),
    probeNowAndThen(),
  )

  async function probeGraves(since: number): Promise<void> {
    const { graves } = graveyard
    const older = graves.filter((grave) => grave.since <= since)
    const some = older.length > 0 ? Array.from({ length: 20 }, () => random.pick(older)) : []
    const chosen = new Set([...graves.filter((each) => each.since > since), ...some])
    const inTurn = pLimit(PROBES_AT_ONCE)
    await Promise.all([...chosen].map((grave) => inTurn(() => probe(api, verifiers, grave))))
  }

  function haunt(since: number): { stop(): Promise<void> } {
    const leaving = new AbortController()
    const ghosts = async (): Promise<void> => {
      for (let turn = 0; !leaving.signal.aborted; turn++) {
        const recent = graveyard.graves.filter((grave) => grave.since > since)
        const grave = recent[turn % recent.length]
        if (grave) await probe(api, [], grave)
        await pause(10, leaving.signal)
      }
    }
    const gone = ghosts()
    return {
      async stop() {
        leaving.abort()
        await gone
      },
    }
  }

  return {
    untilAllHeard,
    probeGraves,
    haunt,
    async stop() {
      stopping.abort()
      await Promise.all(actors)
      await delay(ALL_KNOWN_MS)
      await probeGraves(clock() - LAST_LOOK_MS)
    },
  }
}

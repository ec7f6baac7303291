import { clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { Api, HeldToken } from './api.ts'
import type { HonestClient } from './honest-client.ts'
import { pause } from './pause.ts'

export type ThiefOptions = {
  readonly api: Api
  readonly clients: readonly HonestClient[]
  readonly random: Random
  readonly graceMs: number
  /** Mean time between two thefts. */
  readonly everyMs: number
}

/** Robs one client after the other: now and then a token that is still good, mostly an old one. */
export async function steal(options: ThiefOptions, stop: AbortSignal): Promise<void> {
  const { clients, random, everyMs } = options
  const running = new Set<Promise<void>>()
  while (!stop.aborted) {
    await pause(random.between(0.5, 1.5) * everyMs, stop)
    const victim = random.pick(clients)
    const { wallet } = victim
    if (stop.aborted || !wallet || wallet.isStolen) continue
    const copies = wallet.copies(clock())
    const isFresh = random.chance(0.3)
    if (!isFresh && copies.length === 0) continue
    wallet.markStolen()
    const theft = follow(isFresh ? wallet.held : random.pick(copies), options, stop)
    running.add(theft.then(() => void running.delete(theft)))
  }
  await Promise.all(running)
}

/** Tries until there is an answer. */
async function present(
  copy: HeldToken,
  { api, random }: ThiefOptions,
  stop: AbortSignal,
): Promise<HeldToken | undefined> {
  for (let tries = 0; tries < 20 && !stop.aborted; tries++) {
    const { operation, held } = await api.refresh('thief', copy)
    if (operation.status === 200 || operation.status === 401) return held
    await pause(random.between(300, 800), stop)
  }
  return undefined
}

/** Goes on with what a good copy leads to, for as long as it leads on. */
async function follow(copy: HeldToken, options: ThiefOptions, stop: AbortSignal): Promise<void> {
  let next: HeldToken | undefined = copy
  for (let steps = 0; steps < 4 && next && !stop.aborted; steps++) {
    next = await present(next, options, stop)
    await pause(options.graceMs * options.random.between(0.2, 1.5), stop)
  }
}

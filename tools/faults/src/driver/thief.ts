import type { Random } from '@latchkey/harness'
import { sleep } from '@latchkey/harness'
import { clock } from '../history/history-record.ts'
import type { Api, HeldToken } from './api.ts'
import type { HonestClient } from './honest-client.ts'

export type ThiefOptions = {
  readonly api: Api
  readonly clients: readonly HonestClient[]
  readonly random: Random
  readonly graceMs: number
  /** Mean time between two thefts. */
  readonly everyMs: number
}

/** Steals from one client after another: sometimes the current token, mostly an earlier one. */
export async function steal(options: ThiefOptions, stop: AbortSignal): Promise<void> {
  const { clients, random, everyMs } = options
  const running = new Set<Promise<void>>()
  while (!stop.aborted) {
    await sleep(random.between(0.5, 1.5) * everyMs, stop)
    const victim = random.pick(clients)
    const { tokens } = victim
    if (stop.aborted || !tokens || tokens.isStolen) continue
    const copies = tokens.copies(clock())
    const isCurrent = random.chance(0.3)
    if (!isCurrent && copies.length === 0) continue
    tokens.markStolen()
    const theft = follow(isCurrent ? tokens.held : random.pick(copies), options, stop)
    running.add(theft.then(() => void running.delete(theft)))
  }
  await Promise.all(running)
}

/** Presents the copy until it is accepted or refused. */
async function present(
  copy: HeldToken,
  { api, random }: ThiefOptions,
  stop: AbortSignal,
): Promise<HeldToken | undefined> {
  for (let tries = 0; tries < 20 && !stop.aborted; tries++) {
    const { operation, held } = await api.refresh('thief', copy)
    if (operation.status === 200 || operation.status === 401) return held
    await sleep(random.between(300, 800), stop)
  }
  return undefined
}

/** Presents the copy, then each successor, until one is refused. */
async function follow(copy: HeldToken, options: ThiefOptions, stop: AbortSignal): Promise<void> {
  let next: HeldToken | undefined = copy
  for (let steps = 0; steps < 4 && next && !stop.aborted; steps++) {
    next = await present(next, options, stop)
    await sleep(options.graceMs * options.random.between(0.2, 1.5), stop)
  }
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { KyselyPlugin } from 'kysely'

/** Milliseconds to wait, one after the other, and what to do during each wait. */
type Delays = { readonly pauses: Iterator<number>; readonly duringEach: () => Promise<void> }

const current = new AsyncLocalStorage<Delays | undefined>()

/** Runs `work`. It waits for the next of `pauses` before each command to Redis and after each reply of Redis and Postgres. Milliseconds. */
export function withDelays<T>(pauses: readonly number[], duringEach: () => Promise<void>, work: () => Promise<T>) {
  return current.run({ pauses: pauses.values(), duringEach }, work)
}

async function delay(): Promise<void> {
  const { pauses, duringEach } = current.getStore() ?? {}
  const pause = pauses?.next().value
  if (pause && duringEach) await Promise.all([sleep(pause), current.run(undefined, duringEach)])
}

/** As a slow network: commands of one call leave late and their replies arrive late, with those of others in between. */
export function delayRedis(client: Pick<Redis, 'sendCommand'>): void {
  const send = client.sendCommand.bind(client)
  client.sendCommand = (...message) => {
    if (!current.getStore()) return send(...message)
    return delay().then(async () => {
      const reply = await (send(...message) as Promise<unknown>)
      await delay()
      return reply
    })
  }
}

export const delayPostgres: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  async transformResult({ result }) {
    await delay()
    return result
  },
}

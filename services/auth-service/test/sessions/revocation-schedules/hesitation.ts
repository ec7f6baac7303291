import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { KyselyPlugin } from 'kysely'

/** Milliseconds to wait, one after the other, and what to do meanwhile. */
type Hesitation = { readonly pauses: Iterator<number>; readonly meanwhile: () => Promise<void> }

const current = new AsyncLocalStorage<Hesitation | undefined>()

/** Runs `work`; each time it turns to Redis, or hears from Redis or Postgres, it waits for the next of `pauses`, in milliseconds. */
export function hesitating<T>(pauses: readonly number[], meanwhile: () => Promise<void>, work: () => Promise<T>) {
  return current.run({ pauses: pauses.values(), meanwhile }, work)
}

async function hesitate(): Promise<void> {
  const { pauses, meanwhile } = current.getStore() ?? {}
  const pause = pauses?.next().value
  if (pause && meanwhile) await Promise.all([sleep(pause), current.run(undefined, meanwhile)])
}

/** What a slow network does: commands of one call leave late and their replies are heard late, those of others in between. */
export function slowDown(redis: Redis): void {
  const send = redis.sendCommand.bind(redis)
  redis.sendCommand = (...message: Parameters<Redis['sendCommand']>) => {
    if (!current.getStore()) return send(...message)
    return hesitate().then(async () => {
      const reply = await (send(...message) as Promise<unknown>)
      await hesitate()
      return reply
    })
  }
}

export const slowPostgres: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  async transformResult({ result }) {
    await hesitate()
    return result
  },
}

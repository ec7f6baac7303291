import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { KyselyPlugin } from 'kysely'

const current = new AsyncLocalStorage<Iterator<number>>()

/** Runs `work`; each time it turns to Redis or hears from Redis or Postgres it waits for the next of `pauses`, in milliseconds. */
export function hesitating<T>(pauses: readonly number[], work: () => Promise<T>): Promise<T> {
  return current.run(pauses.values(), work)
}

async function hesitate(): Promise<void> {
  const pause = current.getStore()?.next().value
  if (pause) await sleep(pause)
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

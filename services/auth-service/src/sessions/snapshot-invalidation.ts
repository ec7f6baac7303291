import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import type { Fences } from '../redis/redis-script.ts'
import { createSessionScript, userKey } from './session-script.ts'

type Options = {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly deadline: RedisDeadline
  readonly fences?: Fences | undefined
}

/** Removes the snapshot of a user: the next refresh reads the user from Postgres, after any change under way. */
export function createSnapshotInvalidation({
  redis,
  keyPrefix,
  deadline,
  fences,
}: Options): (userId: string) => Promise<void> {
  const run = createSessionScript(redis, 'invalidate-snapshot', deadline, fences)
  return async (userId) => {
    await run(userKey(keyPrefix, userId), [])
  }
}

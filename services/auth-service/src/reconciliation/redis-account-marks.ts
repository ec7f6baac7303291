import { readFileSync } from 'node:fs'
import { slotOf } from '../redis/key-slot.ts'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import { createScript } from '../redis/redis-script.ts'
import { type AccountMark, decodeMark, encodeMark } from './account-mark.ts'

/** The marks of all accounts. A mark that is there and later stays: they may be written in any order. */
export type AccountMarks = {
  /** For what was answered as done: it works even when the memory of Redis is full. */
  write(marks: readonly AccountMark[]): Promise<void>
  /** For what may wait until there is room. */
  fill(marks: readonly AccountMark[]): Promise<void>
  /** All of them, some at a time. */
  list(): AsyncGenerator<AccountMark[]>
  /** Removes the marks of accounts that are no longer needed. */
  remove(userIds: readonly string[]): Promise<void>
}

/** Small hashes take a third of the memory. A cluster has them on every node. */
const HASHES = 1024

const MARK = readFileSync(new URL('lua/mark.lua', import.meta.url), 'utf8')

type Dependencies = { readonly redis: RedisClient; readonly keyPrefix: string; readonly deadline: RedisDeadline }

export function createRedisAccountMarks({ redis, keyPrefix, deadline }: Dependencies): AccountMarks {
  const write = createScript(redis, 'mark-accounts', MARK, deadline)
  const fill = createScript(redis, 'fill-account-marks', MARK, deadline, { grows: true })
  const keyAt = (n: number): string => `${keyPrefix}account-marks:${n}`
  const keyOf = (userId: string): string => keyAt(slotOf(userId) % HASHES)

  async function run(script: typeof write, marks: readonly AccountMark[]): Promise<void> {
    const hashes = Map.groupBy(marks, ({ userId }) => keyOf(userId))
    await Promise.all(
      [...hashes].map(([key, each]) =>
        script(
          key,
          each.flatMap((mark) => [mark.userId, encodeMark(mark)]),
        ),
      ),
    )
  }

  return {
    write: (marks) => run(write, marks),
    fill: (marks) => run(fill, marks),

    async *list() {
      for (let n = 0; n < HASHES; n++) {
        const found = await redis.hgetall(keyAt(n))
        const marks = Object.entries(found).flatMap(([userId, text]) => decodeMark(userId, text) ?? [])
        if (marks.length > 0) yield marks
      }
    },

    async remove(userIds) {
      for (const userId of userIds) await redis.hdel(keyOf(userId), userId)
    },
  }
}

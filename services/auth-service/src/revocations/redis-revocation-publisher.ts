import { encodeRevocation, MAX_EXP, type RevocationTarget, streamKeyOf } from '@latchkey/resource-server/revocations'
import type { RedisClient } from '../redis/redis-client.ts'
import type { RedisDeadline } from '../redis/redis-deadline.ts'
import { createScript } from '../redis/redis-script.ts'
import type { AccessTokenLives } from './access-token-lives.ts'

export type RevocationPublisher = {
  /** How long an entry stays in the feed at least, in milliseconds. */
  readonly retentionMs: number
  /** Resolves when the feed has the revocations, in their order. */
  publish(targets: readonly RevocationTarget[]): Promise<void>
}

/** The highest version that an account can have. */
const MAX_TOKEN_VERSION = 2 ** 31 - 1

/** Every token of a user, of whatever version: for an account that is no more. */
export const allTokensOf = (userId: string): RevocationTarget => ({ kind: 'user', id: userId, ver: MAX_TOKEN_VERSION })

type Options = {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly deadline: RedisDeadline
  readonly lives: AccessTokenLives
}

/**
 * ARGV: for how long an entry matters (ms), fields and values of the entry. Ids are times of Redis's own clock: one that is ahead of it
 * would remove entries that still matter, the new one included.
 */
const APPEND = `
  local time = redis.call('TIME')
  local oldest = time[1] * 1000 - table.remove(ARGV, 1)
  return redis.call('XADD', KEYS[1], 'MINID', '~', string.format('%.0f', oldest), '*', unpack(ARGV))
`

/** For clocks that differ, for tokens that a request in flight still gets, and for lives that are noted once a minute. */
const SLACK_SECONDS = 300

/**
 * Publishes to the revocation feed, a stream that verifiers read whole when they start and then follow. An entry stays until the last
 * token that it can concern has expired.
 */
export function createRedisRevocationPublisher({ redis, keyPrefix, deadline, lives }: Options): RevocationPublisher {
  const key = streamKeyOf(keyPrefix)
  const append = createScript(redis, 'append-revocation', APPEND, deadline)
  return {
    retentionMs: (lives.ownSeconds + SLACK_SECONDS) * 1000,

    async publish(targets) {
      if (targets.length === 0) return
      const { longestLifeSeconds, expireBy } = await lives.issued()
      const exp = Math.floor(expireBy.getTime() / 1000) + SLACK_SECONDS
      const retentionMs = (longestLifeSeconds + SLACK_SECONDS) * 1000
      const entries = targets.map((target) =>
        // A leaked key could sign for any time.
        encodeRevocation({ ...target, exp: target.kind === 'key' ? MAX_EXP : exp }),
      )
      await Promise.all(entries.map((fields) => append(key, [retentionMs, ...fields])))
    },
  }
}

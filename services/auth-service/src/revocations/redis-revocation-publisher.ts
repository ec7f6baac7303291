import type { RedisClient } from '../redis/redis-script.ts'

/** What every verifier must know from now on. */
export type Revocation =
  | { readonly kind: 'session'; readonly id: string }
  /** One access token, by its `jti`. */
  | { readonly kind: 'token'; readonly id: string }
  /** Every token of this service client. */
  | { readonly kind: 'client'; readonly id: string }
  /** Every token signed under this key, by its `kid`. */
  | { readonly kind: 'key'; readonly id: string }
  /** Tokens of this user with a lower version are dead. */
  | { readonly kind: 'user'; readonly id: string; readonly version: number }

export type RevocationPublisher = {
  /** How long an entry stays in the feed at least, in milliseconds. */
  readonly retentionMs: number
  /** Resolves when the revocations are in the feed, in their order. */
  publish(revocations: readonly Revocation[]): Promise<void>
}

type Options = {
  readonly redis: RedisClient
  readonly keyPrefix: string
  readonly accessTokenLifeSeconds: number
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** A leaked key could sign for any time: the end of the year 9999. */
const FOREVER = 253_402_300_799
/** For clocks that differ, and for tokens that a request under way still gets. */
const SLACK_SECONDS = 300

/**
 * The revocation feed: a stream that keeps what can still matter, which is what the longest-lived token of today can
 * meet. Verifiers read it whole when they start, then follow it.
 */
export function createRedisRevocationPublisher({
  redis,
  keyPrefix,
  accessTokenLifeSeconds,
  now,
}: Options): RevocationPublisher {
  const key = `${keyPrefix}revocations`
  const retentionSeconds = accessTokenLifeSeconds + SLACK_SECONDS
  return {
    retentionMs: retentionSeconds * 1000,

    async publish(revocations) {
      const nowMs = now()
      const exp = Math.floor(nowMs / 1000) + retentionSeconds
      const oldest = nowMs - retentionSeconds * 1000
      await Promise.all(
        revocations.map((revocation) =>
          redis.xadd(
            key,
            'MINID',
            '~',
            oldest,
            '*',
            'kind',
            revocation.kind,
            'id',
            revocation.id,
            'exp',
            revocation.kind === 'key' ? FOREVER : exp,
            ...versionOf(revocation),
          ),
        ),
      )
    },
  }
}

const versionOf = (revocation: Revocation): string[] =>
  revocation.kind === 'user' ? ['ver', String(revocation.version)] : []

import type { ConnectionOptions } from 'node:tls'
import { DEFAULT_KEY_PREFIX } from './stream-key.ts'

/**
 * What a URL can't say of a connection, with the names of ioredis. Not its own type: it is an optional peer, and the
 * declarations of this package must be good without it.
 */
export type RedisConnectionOptions = {
  /** For `rediss://`: a CA, a client certificate. */
  tls?: ConnectionOptions | undefined
  username?: string | undefined
  password?: string | undefined
  /** 4 or 6, for one version of IP alone. */
  family?: number | undefined
  /** The delay of TCP keep-alive, in milliseconds. */
  keepAlive?: number | undefined
}

export type RevocationOptions = {
  /** `redis://` or `rediss://`; several with commas between are the entry points of a Redis Cluster. Redis 7 or later. */
  redisUrl: string
  /** More options for the connection, such as the CA of TLS. */
  redisOptions?: RedisConnectionOptions
  /** What the keys of the issuer start with in Redis; {@link DEFAULT_KEY_PREFIX} unless given. */
  prefix?: string
  /** How long the verifier may be cut off from the feed before `onStale` counts, in milliseconds. */
  maxStalenessMs?: number
  /** From then on, `accept`: tokens are checked against what is known; `reject`: they get 503. */
  onStale?: 'accept' | 'reject'
  /**
   * Called with `policyVersion` whenever it has risen, for a host that keeps a copy of the policy. Tokens of the narrowed roles are
   * refused by then. Also called while the feed is read for the first time. What it throws is logged.
   */
  onRoleNarrowed?: (policyVersion: number) => void
  /**
   * Called for every `user` entry that is read, also again, with its `id` and `ver`: for a host that caches what accounts may do, and must
   * take nothing of a lower version for current. Also called while the feed is read for the first time. What it throws is logged.
   */
  onVersionRaised?: (id: string, version: number) => void
}

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} from plain JavaScript, a misspelt `reject` would go on accepting
 */
export function withDefaults(
  options: RevocationOptions,
): Required<Omit<RevocationOptions, 'onRoleNarrowed' | 'onVersionRaised'>> {
  const { redisUrl, redisOptions = {}, prefix = DEFAULT_KEY_PREFIX } = options
  const { maxStalenessMs = 30_000, onStale = 'accept' } = options
  if (typeof redisUrl !== 'string') throw new TypeError('revocations.redisUrl must be a Redis URL')
  if (onStale !== 'accept' && onStale !== 'reject') {
    throw new TypeError("revocations.onStale must be 'accept' or 'reject'")
  }
  if (!(maxStalenessMs >= 0)) throw new TypeError('revocations.maxStalenessMs must be a number of milliseconds')
  return { redisUrl, redisOptions, prefix, maxStalenessMs, onStale }
}

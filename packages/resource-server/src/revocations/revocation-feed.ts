import type { AccessTokenClaims, KeyRing } from '@latchkey/access-token'
import type { Log, Metric } from '@latchkey/problems'
import { AccessError } from '../access-error.ts'
import { feedMetrics } from './feed-metrics.ts'
import { createFeedState, type RevocationStatus } from './feed-state.ts'
import { guardKeys } from './guard-keys.ts'
import { createRedisNodes, parseRedisUrl } from './redis-nodes.ts'
import { loadRedis, openRevocationStream, type RevocationStream } from './redis-revocation-stream.ts'
import { decodeRevocation } from './revocation.ts'
import { followRevocations } from './revocation-follower.ts'
import { type RevocationOptions, withDefaults } from './revocation-options.ts'
import { createRevocationTable } from './revocation-table.ts'
import { sentinelOptions } from './sentinels.ts'
import { streamKeyOf } from './stream-key.ts'
import type { StreamEntry } from './stream-position.ts'

/** The verifier's side of the feed of revocations. */
export type RevocationFeed = {
  /** Resolves once the feed has been read whole for the first time; rejects when the app is closed before. */
  readonly ready: Promise<void>
  status(): RevocationStatus
  /** Whether a key of access tokens was revoked. */
  refusesKey(kid: string): boolean
  /**
   * The highest `pol` of any `role` or `scope` entry that was read since the start, 0 before the first: a copy of the policy with a lower
   * version is out of date. It never falls, whatever becomes of the feed.
   */
  readonly policyVersion: number
  /** For `/health/ready`: resolves to `degraded` while cut off; rejects while requests get 503. */
  healthCheck(): Promise<'ok' | 'degraded'>
  /** For a metrics library, which reads them at each scrape. */
  readonly metrics: readonly Metric[]
}

/** The same for the plugin itself. */
export type FeedControl = {
  readonly feed: RevocationFeed
  /** @throws {AccessError} `token_revoked`, or `unavailable` when revocations are not known */
  check(claims: AccessTokenClaims): void
  /** The same ring, which throws `token_revoked` at a revoked key. */
  guard(ring: () => KeyRing): () => KeyRing
  /** Follows the feed until closed, and reconnects whenever Redis is away. */
  start(): void
  close(): Promise<void>
}

export type FeedDependencies = {
  log: Pick<Log, 'info' | 'warn'>
  /** The time in milliseconds since 1970. */
  now: () => number
  /** Called when entries revoke a key that was good until then. */
  onKeyRevoked?: () => void
}

/** @throws {Error} ioredis is not installed, or an option is not usable */
export async function createRevocationFeed(
  revocations: RevocationOptions,
  { log, now, onKeyRevoked }: FeedDependencies,
): Promise<FeedControl> {
  const { redisUrl, redisOptions: options, prefix, maxStalenessMs, onStale } = withDefaults(revocations)
  const key = streamKeyOf(prefix)
  const urls = parseRedisUrl(redisUrl)
  const sentinel = sentinelOptions(urls)
  const nodes = createRedisNodes(urls)
  const Client = await loadRedis()
  const table = createRevocationTable(now)
  const state = createFeedState({ table, log, maxStalenessMs, onStale })
  const stopping = new AbortController()
  let following: Promise<void> | undefined
  let policyVersion = 0

  function apply(entries: readonly StreamEntry[]): void {
    const skipped: { id: string; fault: string }[] = []
    const versionBefore = policyVersion
    let isKeyRevoked = false
    for (const [id, fields] of entries) {
      const revocation = decodeRevocation(fields)
      if (typeof revocation === 'string') skipped.push({ id, fault: revocation })
      else {
        if (revocation.kind === 'key' && !table.refusesKey(revocation.id)) isKeyRevoked = true
        if (revocation.kind === 'role' || revocation.kind === 'scope')
          policyVersion = Math.max(policyVersion, revocation.pol)
        if (revocation.kind === 'user') {
          const { id, ver } = revocation
          report('onVersionRaised', () => revocations.onVersionRaised?.(id, ver))
        }
        table.add(revocation)
      }
    }
    if (isKeyRevoked) onKeyRevoked?.()
    if (policyVersion > versionBefore) report('onRoleNarrowed', () => revocations.onRoleNarrowed?.(policyVersion))
    if (skipped.length > 0) state.onSkipped(skipped)
  }

  function report(name: 'onRoleNarrowed' | 'onVersionRaised', call: () => void): void {
    try {
      call()
    } catch (err) {
      // Not the feed's fault: it must not be read whole again for it.
      log.warn({ err }, `revocation feed: ${name} threw`)
    }
  }

  function refuse(): never {
    state.onRefusal()
    throw new AccessError('token_revoked')
  }

  return {
    feed: {
      ready: state.ready,
      status: state.status,
      refusesKey: (kid) => table.refusesKey(kid),
      get policyVersion() {
        return policyVersion
      },
      metrics: feedMetrics(state.status),
      async healthCheck() {
        state.assertUsable()
        return state.status().state === 'following' ? 'ok' : 'degraded'
      },
    },
    check(claims) {
      state.assertUsable()
      if (table.refusesToken(claims)) refuse()
    },
    guard: (ring) => guardKeys(ring, table, refuse),
    start() {
      const open = (url: string): RevocationStream => openRevocationStream(Client, { url, sentinel, key, options })
      const tick = (): boolean => {
        state.tick()
        return table.sweep()
      }
      following = followRevocations({ ...state, nodes, open, apply, tick }, stopping.signal)
    },
    async close() {
      stopping.abort()
      await following
      state.onClosed()
    },
  }
}

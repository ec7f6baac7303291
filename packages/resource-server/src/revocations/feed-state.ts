import type { Log } from '@latchkey/problems'
import { unavailable } from '../access-error.ts'
import { SILENCE_MS } from './redis-revocation-stream.ts'

export type RevocationStatus = {
  /** `starting`: never read whole so far. `cut_off`: something may be missing. */
  readonly state: 'starting' | 'following' | 'cut_off'
  /** Seconds since the feed confirmed that nothing is missing; since the start as long as it never did. */
  readonly lagSeconds: number
  /** Whether it has been cut off for longer than allowed. */
  readonly stale: boolean
  /** Revocations that can still refuse a token. */
  readonly known: number
  /** Requests refused so far. */
  readonly refusals: number
  /** How many times the feed was read whole again. */
  readonly resyncs: number
  /** Entries that could not be read, counted at each reading. */
  readonly skipped: number
}

export type FeedStateOptions = {
  table: { readonly size: number }
  log: Pick<Log, 'info' | 'warn'>
  maxStalenessMs: number
  onStale: 'accept' | 'reject'
}

/** Whether the feed is followed, and what that means for requests. Each change is logged once. */
export type FeedState = {
  /** Resolves at the first {@link onRead}; rejects when the app is closed before. */
  readonly ready: Promise<void>
  status(): RevocationStatus
  /** @throws {AccessError} `unavailable` */
  assertUsable(): void
  /** A request was refused for a revocation. */
  onRefusal(): void
  /** Entries could not be decoded. */
  onSkipped(entries: readonly { id: string; fault: string }[]): void
  /** The feed was read whole. */
  onRead(): void
  /** The feed was read to its end. */
  onCurrent(): void
  /** The connection was lost. */
  onCut(cause: unknown): void
  /** Checks whether what is known has become stale. */
  tick(): void
  onClosed(): void
}

export function createFeedState({ table, log, maxStalenessMs, onStale }: FeedStateOptions): FeedState {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  // Its rejection is for those who await it, and no unhandled one if none does.
  ready.catch(() => {})

  let state: RevocationStatus['state'] = 'starting'
  // The monotonic clock: it can't be set.
  let confirmedAt = performance.now()
  let loggedReason: string | undefined
  let loggedStale = false
  let refusals = 0
  let resyncs = 0
  let skipped = 0

  const lagMs = (): number => performance.now() - confirmedAt
  // While it follows, a read confirms it every quarter of a second. A longer silence means that this process was suspended.
  const isStale = (): boolean => lagMs() > maxStalenessMs + (state === 'following' ? SILENCE_MS : 0)

  return {
    ready,

    status: (): RevocationStatus => ({
      state,
      lagSeconds: lagMs() / 1000,
      stale: isStale(),
      known: table.size,
      refusals,
      resyncs,
      skipped,
    }),

    assertUsable(): void {
      if (state === 'starting') throw unavailable(new Error('the revocation feed has not been read yet'))
      if (onStale === 'reject' && isStale()) throw unavailable(new Error('the revocation feed is stale'))
    },

    onRefusal(): void {
      refusals++
    },

    onSkipped(entries: readonly { id: string; fault: string }[]): void {
      skipped += entries.length
      // One line however many they are: the feed is read whole again and again.
      log.warn(
        { count: entries.length, first: entries[0] },
        'revocation feed: skipped entries that could not be decoded',
      )
    },

    onRead(): void {
      confirmedAt = performance.now()
      if (state === 'starting') resolve()
      else resyncs++
      state = 'following'
      loggedReason = undefined
      loggedStale = false
      log.info({ known: table.size }, 'revocation feed: read whole, following')
    },

    onCurrent(): void {
      confirmedAt = performance.now()
    },

    onCut(cause: unknown): void {
      if (state === 'following') state = 'cut_off'
      const reason = reasonOf(cause)
      if (reason === loggedReason) return
      loggedReason = reason
      log.warn({ reason, known: table.size }, 'revocation feed: cut off')
    },

    tick(): void {
      if (loggedStale || state === 'starting' || !isStale()) return
      loggedStale = true
      log.warn({ onStale, maxStalenessMs }, 'revocation feed: what is known is stale')
    },

    onClosed(): void {
      reject(new Error('the app was closed before the revocation feed was read'))
    },
  }
}

/** The message alone: ioredis attaches commands to its errors, and one of them holds the password. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown'
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
  return cause.message || code
}

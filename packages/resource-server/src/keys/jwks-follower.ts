// Our own, where jose and get-jwks have the like: those answer each look-up with a promise and fetch while a request waits. Here the ring is read synchronously, the set is fetched in the background and early when a key is revoked,
// and a set that can't be fetched is a degraded health and no failed request.
import { type KeyRing, selectPublicKeys } from '@latchkey/access-token'
import type { Log } from '@latchkey/problems'
import { unavailable } from '../access-error.ts'
import { fetchJwks } from './fetch-jwks.ts'
import { type JwksOptions, withDefaults } from './jwks-options.ts'

/** The copy of the issuer's public keys. */
export type JwksFollower = {
  /** Resolves when there is a first copy; rejects when the follower is closed before. */
  readonly ready: Promise<void>
  /** For `/health/ready`: `degraded` while the last fetch failed; rejects as long as there is no copy. */
  healthCheck(): Promise<'ok' | 'degraded'>
}

/** The same for the plugin itself. */
export type JwksControl = JwksFollower & {
  /** The last good copy. @throws {AccessError} `unavailable` as long as there is none */
  ring(): KeyRing
  /**
   * Fetches the set because a token names a key that is not in it. Undefined when the last such fetch was a moment ago.
   *
   * @throws {AccessError} `unavailable` (or rejects with it) while the set can't be fetched
   */
  refreshForUnknownKey(): Promise<void> | undefined
  /** Fetches the set now. A fetch that has begun may be older than the reason to call, so it is repeated. */
  refreshNow(): void
  /** Fetches periodically until closed; failures are retried. */
  start(): void
  close(): Promise<void>
}

const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 5000
/** The key may be a new one. */
const UNKNOWN_KEY = 'the key is not known, and the key set could not be fetched'
const NO_COPY = 'the key set could not be fetched yet'

export function followJwks(options: JwksOptions, log: Pick<Log, 'info' | 'warn'>): JwksControl {
  const settings = withDefaults(options)
  const { algorithm, refreshMs, cooldownMs } = settings
  const stopping = new AbortController()
  const { signal } = stopping
  const first = Promise.withResolvers<void>()
  first.promise.catch(() => {})

  let ring: KeyRing | undefined
  let lastText: string | undefined
  let fetching: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let lastUnknownKeyAt = Number.NEGATIVE_INFINITY
  let failures = 0

  /** One fetch at a time, shared by all callers. Whatever its outcome, the next one is scheduled. */
  function refresh(): Promise<void> {
    fetching ??= fetchJwks(settings, signal)
      .then((text) => {
        // The same text keeps the same keys, and with them the verifiers that were made for them.
        if (text !== lastText) ring = selectPublicKeys(text, algorithm)
        lastText = text
        if (failures > 0) log.info('key set: fetched again')
        failures = 0
        first.resolve()
      })
      .catch((err: unknown) => {
        if (signal.aborted) return
        if (failures++ === 0) log.warn({ err }, 'key set: could not be fetched, the last good copy stays')
      })
      .finally(() => {
        fetching = undefined
        schedule()
      })
    return fetching
  }

  function schedule(): void {
    clearTimeout(timer)
    if (signal.aborted) return
    const delayMs = failures === 0 ? refreshMs : Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS)
    // Verifiers that started together should not fetch together for ever.
    timer = setTimeout(refresh, delayMs * (0.9 + Math.random() * 0.1)).unref()
  }

  return {
    ready: first.promise,

    ring() {
      if (ring === undefined) throw unavailable(new Error(NO_COPY))
      return ring
    },

    refreshForUnknownKey() {
      if (fetching === undefined) {
        // A retry is scheduled.
        if (failures > 0) throw unavailable(new Error(UNKNOWN_KEY))
        if (performance.now() - lastUnknownKeyAt < cooldownMs) return undefined
        lastUnknownKeyAt = performance.now()
      }
      return refresh().then(() => {
        if (failures > 0) throw unavailable(new Error(UNKNOWN_KEY))
      })
    },

    refreshNow() {
      void (fetching?.then(refresh) ?? refresh())
    },

    async healthCheck() {
      if (ring === undefined) throw new Error(NO_COPY)
      return failures === 0 ? 'ok' : 'degraded'
    },

    start() {
      void refresh()
    },

    async close() {
      stopping.abort()
      clearTimeout(timer)
      await fetching
      first.reject(new Error('closed before the key set could be fetched'))
    },
  }
}

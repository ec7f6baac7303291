import { type KeyRing, selectPublicKeys } from '@latchkey/access-token'
import type { FastifyBaseLogger } from 'fastify'
import { AccessError } from '../access-error.ts'
import { fetchJwks } from './fetch-jwks.ts'
import { type JwksOptions, withDefaults } from './jwks-options.ts'

/** Public keys that an issuer publishes, kept here so that no request waits for them. */
export type JwksFollower = {
  /** The last good copy. @throws {AccessError} `unavailable` as long as there is none */
  ring(): KeyRing
  /**
   * Fetches the set for the sake of a key that is not in it; undefined when that was done a moment ago.
   *
   * @throws {AccessError} `unavailable` (or rejects with it) while the set can not be fetched
   */
  lookFor(): Promise<void> | undefined
  /** Fetches the set now; what is under way may be older than the reason to ask. */
  refetch(): void
  /** Resolves when there is a first copy; rejects when the follower is closed before. */
  readonly ready: Promise<void>
  /** For `/health/ready`: `degraded` while the last fetch failed; rejects as long as there is no copy. */
  healthCheck(): Promise<'ok' | 'degraded'>
  /** Fetches again and again until closed, whatever becomes of the issuer. */
  start(): void
  close(): Promise<void>
}

const FIRST_RETRY_MS = 250
const MAX_RETRY_MS = 5000
/** The key may be a new one: without the set nobody can know. */
const UNKNOWN = 'the key is not known, and the key set can not be fetched'

export function followJwks(options: JwksOptions, log: Pick<FastifyBaseLogger, 'info' | 'warn'>): JwksFollower {
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
  let lastLook = Number.NEGATIVE_INFINITY
  let failures = 0

  /** One flight at a time: whoever asks meanwhile gets the same answer. Whatever the outcome, the next one is planned. */
  function refresh(): Promise<void> {
    fetching ??= fetchJwks(settings, signal)
      .then((text) => {
        // As long as it says the same, what was made ready for its keys stays.
        if (text !== lastText) ring = selectPublicKeys(text, algorithm)
        lastText = text
        if (failures > 0) log.info('the key set can be fetched again')
        failures = 0
        first.resolve()
      })
      .catch((err: unknown) => {
        if (signal.aborted) return
        if (failures++ === 0) log.warn({ err }, 'the key set can not be fetched: the last good copy stays')
      })
      .finally(() => {
        fetching = undefined
        plan()
      })
    return fetching
  }

  function plan(): void {
    clearTimeout(timer)
    if (signal.aborted) return
    const wait = failures === 0 ? refreshMs : Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), MAX_RETRY_MS)
    // Verifiers that started together should not fetch together for ever.
    timer = setTimeout(refresh, wait * (0.9 + Math.random() * 0.1)).unref()
  }

  return {
    ready: first.promise,

    ring() {
      if (ring === undefined) throw unavailable('the key set could not be fetched yet')
      return ring
    },

    lookFor() {
      if (fetching === undefined) {
        // It is tried again soon anyhow.
        if (failures > 0) throw unavailable(UNKNOWN)
        if (performance.now() - lastLook < cooldownMs) return undefined
        lastLook = performance.now()
      }
      return refresh().then(() => {
        if (failures > 0) throw unavailable(UNKNOWN)
      })
    },

    refetch() {
      void (fetching?.then(refresh) ?? refresh())
    },

    async healthCheck() {
      if (ring === undefined) throw new Error('the key set could not be fetched yet')
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

function unavailable(reason: string): AccessError {
  return new AccessError('unavailable', { headers: { 'retry-after': '1' }, cause: new Error(reason) })
}

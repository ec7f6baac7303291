import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { KeyService } from './key-service.ts'

type Options = {
  readonly signal: AbortSignal
  readonly log: Pick<FastifyBaseLogger, 'warn'>
  /** Well below the time that the feed keeps an entry. */
  readonly everyMs: number
}

/** Publishes revoked keys again and again, so that a verifier that starts at any time reads of them in the feed. */
export async function keepKeysRevoked(keys: KeyService, { signal, log, everyMs }: Options): Promise<void> {
  for (;;) {
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => {})
    if (signal.aborted) return
    await keys.publishAll().catch((err: unknown) => log.warn({ err }, 'revoked keys could not be published again'))
  }
}

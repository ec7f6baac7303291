import type { IdempotencyRepository } from './idempotency-repository.ts'

const MINUTE_MS = 60_000

/** Forgets old keys now and every few minutes, which keeps no process alive. Returns what ends it. */
export function sweepKeys(
  keys: Pick<IdempotencyRepository, 'sweep'>,
  onError: (error: unknown) => void,
  everyMs = 10 * MINUTE_MS,
): () => void {
  const sweep = () => keys.sweep().catch(onError)
  void sweep()
  const timer = setInterval(sweep, everyMs).unref()
  return () => clearInterval(timer)
}

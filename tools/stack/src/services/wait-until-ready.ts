import { createHttpClient, poll, UserFacingError } from '@latchkey/harness'

/** A service that starts needs the CPU for itself. */
const READY_INTERVAL_MS = 100

type WaitOptions = {
  /** Milliseconds. */
  readonly timeoutMs?: number
  /** Asked when that has passed: whether it waits for somebody. */
  readonly mayTakeLonger?: () => boolean
}

/** Polls a service's `/health/ready` until it answers 200. Rejects when it takes too long, or with the signal's reason. */
export async function waitUntilReady(
  name: string,
  baseUrl: string,
  signal: AbortSignal,
  { timeoutMs = 60_000, mayTakeLonger = () => false }: WaitOptions = {},
): Promise<void> {
  const client = createHttpClient({ timeoutMs: 2000 })
  let said = ''
  const attempt = () =>
    poll(
      async () => {
        const response = await client.request(`${baseUrl}/health/ready`).catch(() => undefined)
        said = response?.text ?? ''
        return response?.status === 200
      },
      { timeoutMs, intervalMs: READY_INTERVAL_MS, signal },
    )
  for (let isWaiting = true; isWaiting; ) {
    isWaiting = mayTakeLonger()
    if (await attempt()) return
    isWaiting ||= mayTakeLonger()
  }
  signal.throwIfAborted()
  throw new UserFacingError(`${name} is not ready after ${timeoutMs / 1000} s. It says: ${said || 'nothing'}`)
}

import { setTimeout as sleep } from 'node:timers/promises'
import { AuthError } from '../../src/index.ts'

/** Far beyond what a busy machine needs to have time again. */
const PATIENCE_MS = 60_000

/** As people do it: again after `Retry-After` while auth-service says 503, which any call may get on a busy machine. */
export async function decided<Result>(ask: () => Promise<Result>): Promise<Result> {
  const giveUpAt = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof AuthError) || error.status !== 503 || performance.now() > giveUpAt) throw error
      await sleep((error.retryAfterSeconds ?? 1) * 1000)
    }
  }
}

/** The status of an answer that decides something. */
export const statusOf = (call: () => Promise<Response>): Promise<number> =>
  decided(async () => {
    const { status, headers } = await call()
    const retryAfterMs = Number(headers.get('retry-after')) * 1000
    if (status === 503) throw new AuthError({ status, body: {}, retryAfterMs })
    return status
  })

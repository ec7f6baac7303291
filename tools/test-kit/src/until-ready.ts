import { poll } from '@latchkey/harness'

/** A start loads a lot, and several may do so at once on a slow machine. */
const TIMEOUT_MS = 120_000

export type StartedService = {
  readonly url: string
  hasExited(): boolean
  /** What it has written, for the error. */
  output(): string
}

/** Waits until a service says that it is ready. @throws when it ends instead, or takes longer than two minutes */
export async function untilReady({ url, hasExited, output }: StartedService): Promise<void> {
  const isReady = async (): Promise<boolean> => {
    if (hasExited()) throw new Error(`the service ended before it was ready: ${output()}`)
    return (await fetch(`${url}/health/ready`).catch(() => undefined))?.status === 200
  }
  if (await poll(isReady, { timeoutMs: TIMEOUT_MS, intervalMs: 50 })) return
  throw new Error(`the service is not ready after ${TIMEOUT_MS / 1000} s: ${output()}`)
}

import { sleep } from './sleep.ts'

/** What an answer says of whether anything was decided. */
export type Told = {
  readonly status: number
  /** The header: seconds. */
  readonly retryAfter: unknown
}

/** Far beyond what any service needs to have time again. */
const PATIENCE_MS = 60_000

/**
 * Asks as an honest client does: 503 decided nothing, and `Retry-After` says when to ask again.
 *
 * @returns the first answer that is not 503; after a minute whatever there is
 * @throws at a 503 that does not say when to ask again
 */
export async function untilDecided<Answer>(
  ask: () => Promise<Answer>,
  toTold: (answer: Answer) => Told,
): Promise<Answer> {
  const giveUpAt = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    const { status, retryAfter } = toTold(answer)
    if (status !== 503 || performance.now() > giveUpAt) return answer
    const seconds = Number(retryAfter ?? Number.NaN)
    if (!(seconds > 0)) throw new Error(`503 without a time to ask again: ${retryAfter}`)
    await sleep(seconds * 1000)
  }
}

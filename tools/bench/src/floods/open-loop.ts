import { sleep } from '@latchkey/harness'

/** Requests that come at a steady rate, whatever has become of those before them. */
export type Stream = {
  readonly name: string
  readonly perSecond: number
  /** Sends the next request. @returns the status of its answer */
  send(): Promise<number>
}

export type Answer = { readonly status: number; readonly ms: number }

/** What became of a stream's requests. */
export type Answers = readonly Answer[]

/** Sends all streams side by side, and waits for the last answer. */
export async function sendAll(streams: readonly Stream[], ms: number): Promise<Map<Stream, Answers>> {
  return new Map(await Promise.all(streams.map(async (stream) => [stream, await sendOne(stream, ms)] as const)))
}

async function sendOne({ perSecond, send }: Stream, ms: number): Promise<Answers> {
  const pending: Promise<Answer>[] = []
  const start = performance.now()
  const count = Math.round((perSecond * ms) / 1000)
  for (let n = 0; n < count; n++) {
    // Each at its time, so that one that was late delays no other.
    const early = start + ((n + Math.random()) * 1000) / perSecond - performance.now()
    if (early > 0) await sleep(early)
    pending.push(timed(send))
  }
  return Promise.all(pending)
}

async function timed(send: Stream['send']): Promise<Answer> {
  const start = performance.now()
  const status = await send()
  return { status, ms: performance.now() - start }
}

import type { Place } from './places.ts'

/** The chunks of a file as its client sends them, at the client's pace. @throws the reason of `cut` once it is aborted */
export async function* pacedFile(
  file: AsyncIterable<Buffer>,
  place: Place,
  cut: AbortSignal,
): AsyncGenerator<Buffer, void> {
  const chunks = file[Symbol.asyncIterator]()
  const isCut = Promise.withResolvers<never>()
  isCut.promise.catch(() => {})
  cut.addEventListener('abort', () => isCut.reject(cut.reason), { once: true })
  try {
    for (;;) {
      place.wait()
      const { done, value } = await Promise.race([chunks.next(), isCut.promise])
      place.move(done ? 0 : value.length)
      if (done) return
      yield value
    }
  } finally {
    const ended = chunks.return?.()
    // After a cut the next chunk is still being waited for, and may never come.
    if (cut.aborted) ended?.catch(() => {})
    else await ended
  }
}

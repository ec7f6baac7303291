/** An answer's text, or undefined when it is longer than that or its connection breaks. */
export async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) return undefined
      chunks.push(chunk)
    }
  } catch {
    return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}

const DISCARDED_BYTES = 64 * 1024

/** Takes in the rest of an answer that nobody reads: its connection is free again, or closed when that is a lot. */
export function discard(response: Response): void {
  void readText(response, DISCARDED_BYTES)
}

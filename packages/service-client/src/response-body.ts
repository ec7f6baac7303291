/** The text of a response; undefined when it is longer than `maxBytes` or the connection breaks. */
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

/** Reads the rest of a response that has no other reader: its connection is free again, or closed if that is too much. */
export function discard(response: Response): void {
  void readText(response, DISCARDED_BYTES)
}

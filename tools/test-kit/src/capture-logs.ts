import { Writable } from 'node:stream'

export type CapturedLogs = {
  /** For pino, or for a server as `logger.stream`. */
  readonly stream: Writable
  /** Every log record so far, oldest first. */
  lines(): Record<string, unknown>[]
  /** Everything that was written, as text, to check that a secret appears nowhere. */
  text(): string
}

/** Collects a logger's JSON lines in memory instead of printing them. */
export function captureLogs(): CapturedLogs {
  const chunks: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      chunks.push(chunk.toString())
      done()
    },
  })
  const text = (): string => chunks.join('')
  return {
    stream,
    text,
    lines: () =>
      text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  }
}

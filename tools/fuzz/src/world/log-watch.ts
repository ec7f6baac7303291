import { Writable } from 'node:stream'

/** In every password and every secret that a request makes up: no log line may hold it. */
export const CANARY = 'cnry'

const TOKEN = /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/
const ERROR = 50

export type LogWatch = {
  readonly stream: Writable
  /** Lines of level `error` and above. */
  readonly errors: readonly string[]
  /** Lines with a password or a token in them. */
  readonly leaks: readonly string[]
  /** How many lines hold one of these texts. */
  count(texts: readonly string[]): number
}

export function createLogWatch(): LogWatch {
  const errors: string[] = []
  const leaks: string[] = []
  const lines: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      for (const line of chunk.toString().split('\n')) {
        if (line === '') continue
        lines.push(line)
        if (((JSON.parse(line) as { level?: number }).level ?? 0) >= ERROR) errors.push(line)
        if (line.includes(CANARY) || TOKEN.test(line)) leaks.push(line)
      }
      done()
    },
  })
  return {
    stream,
    errors,
    leaks,
    count: (texts) => lines.filter((line) => texts.some((text) => line.includes(text))).length,
  }
}

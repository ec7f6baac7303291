import type { Interceptor } from '@latchkey/test-kit'
import type { RequestWatch } from './request-watch.ts'

/** The connections on which calls are answered; the others of a service have names of their own. */
const ANSWERING = 'auth-service'
/** What is asked for readiness, and what sets a new connection up. */
const BACKGROUND = /^(show transaction_read_only|\/\* answer within \d+ ms \*\/ set )/i
const SSL_REQUEST = 80_877_103

/** The same for Postgres, whose client waits for the reply to a statement before it sends the next one. */
export function tapPostgres(watch: RequestWatch): Interceptor {
  const read = createStatementReader()
  let isLost = false
  return (from, bytes) => {
    if (from === 'server') return isLost ? { bytes: Buffer.alloc(0), isCut: true } : { bytes }
    for (const statement of read(bytes)) {
      if (!BACKGROUND.test(statement)) isLost = watch.onRequest(describeStatement(statement)) || isLost
    }
    return { bytes }
  }
}

const describeStatement = (statement: string): string => statement.replace(/\s+/g, ' ').trim()

/** Splits what a client sends into the texts of its statements; none of connections of other names. */
function createStatementReader(): (bytes: Buffer) => string[] {
  let rest: Buffer = Buffer.alloc(0)
  let isStarted = false
  let isOther = false
  /** Texts by the names of prepared statements. */
  const prepared = new Map<string, string>()
  let bound = ''

  /** Before it there is no type. */
  function readStart(): boolean {
    if (rest.length < 8) return false
    const length = rest.readInt32BE(0)
    if (rest.length < length) return false
    const packet = rest.subarray(8, length)
    isStarted = rest.readInt32BE(4) !== SSL_REQUEST
    if (isStarted) {
      const parameters = packet.toString().split('\0')
      isOther = parameters[parameters.indexOf('application_name') + 1] !== ANSWERING
    }
    rest = rest.subarray(length)
    return true
  }

  /** @returns the statement that is to be answered now */
  function readMessage(type: string, body: Buffer): string | undefined {
    const [first = '', second = ''] = body.toString().split('\0')
    if (type === 'Q') return first
    if (type === 'P') prepared.set(first, second)
    if (type === 'B') bound = prepared.get(second) ?? ''
    return type === 'S' && bound !== '' ? bound : undefined
  }

  return (bytes) => {
    if (isOther) return []
    rest = Buffer.concat([rest, bytes])
    if (!isStarted && !readStart()) return []
    const statements: string[] = []
    while (isStarted && rest.length >= 5 && rest.length >= rest.readInt32BE(1) + 1) {
      const end = rest.readInt32BE(1) + 1
      const statement = readMessage(rest.toString('latin1', 0, 1), rest.subarray(5, end))
      if (statement !== undefined) statements.push(statement)
      if (statement !== undefined) bound = ''
      rest = rest.subarray(end)
    }
    return isOther ? [] : statements
  }
}

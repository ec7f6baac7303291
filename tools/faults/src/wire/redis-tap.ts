import { createHash } from 'node:crypto'
import type { Interceptor } from '@latchkey/test-kit'
import type { RequestWatch } from './request-watch.ts'
import { createCommandReader, endOfReply } from './resp.ts'

/** What a client sends by itself, again and again or once for each connection: no step of a call. */
const BACKGROUND = new Set([
  ...['ASKING', 'AUTH', 'CLIENT', 'CLUSTER', 'COMMAND', 'HELLO', 'INFO', 'PING', 'READONLY', 'SCRIPT', 'SELECT'],
  ...['SENTINEL', 'TIME'],
  // The feed of revocations is followed with these.
  ...['EXEC', 'MULTI', 'XINFO', 'XRANGE', 'XREAD'],
])

/** Names each command that is a step of a call, and loses the replies that the watch asks for: the command has run, the connection is cut. */
export function tapRedis(watch: RequestWatch): Interceptor {
  const readCommands = createCommandReader()
  /** Whether to lose the reply, of each command that waits for one. */
  const pending: boolean[] = []
  /** The beginning of a reply that was passed on. */
  let begun: Buffer = Buffer.alloc(0)
  /** Messages come unasked there. */
  let isSubscribed = false

  return (from, bytes) => {
    if (isSubscribed) return { bytes }
    if (from === 'client') {
      for (const command of readCommands(bytes)) {
        const [name = ''] = command
        isSubscribed ||= /^p?subscribe$/i.test(name)
        const request = describeCommand(command)
        pending.push(request !== undefined && watch.onRequest(request))
      }
      return { bytes }
    }
    const received = Buffer.concat([begun, bytes])
    let at = 0
    while (at < received.length) {
      if (pending[0]) return { bytes: received.subarray(begun.length, at), isCut: true }
      const end = endOfReply(received, at)
      if (end === undefined) break
      pending.shift()
      at = end
    }
    begun = received.subarray(at)
    return { bytes }
  }
}

/** A name without anything that differs from run to run; undefined for what is no step of a call. */
function describeCommand([name = '', ...args]: readonly string[]): string | undefined {
  const command = name.toUpperCase()
  if (BACKGROUND.has(command)) return undefined
  if (command !== 'EVAL' && command !== 'EVALSHA') return `${command} ${kindOfKey(args[0])}`
  const [script = '', , key] = args
  const kind = kindOfKey(key)
  // Nodes are asked by their fences.
  if (kind === 'fence') return undefined
  const sha = command === 'EVAL' ? createHash('sha1').update(script, 'latin1').digest('hex') : script
  return `${kind} ${sha.slice(0, 7)}`
}

/** `user` of `latchkey:user:{…}`. */
const kindOfKey = (key = ''): string => key.split(':')[1] ?? key

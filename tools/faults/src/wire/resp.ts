/** Splits what a client sends to Redis into its commands, whatever chunks they arrive in. */
export function createCommandReader(): (bytes: Buffer) => string[][] {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const commands: string[][] = []
    for (let read = readCommand(rest); read !== undefined; read = readCommand(rest)) {
      commands.push(read.command)
      rest = rest.subarray(read.end)
    }
    return commands
  }
}

/** A command is an array of strings; ioredis sends nothing else. */
function readCommand(bytes: Buffer): { readonly command: string[]; readonly end: number } | undefined {
  const head = readLine(bytes, 0)
  if (head === undefined) return undefined
  const command: string[] = []
  let at = head.end
  for (let left = head.count; left > 0; left--) {
    const line = readLine(bytes, at)
    if (line === undefined || bytes.length < line.end + line.count + 2) return undefined
    command.push(bytes.toString('latin1', line.end, line.end + line.count))
    at = line.end + line.count + 2
  }
  return { command, end: at }
}

const STRINGS = '$=!'
const LISTS = '*~>'
const MAPS = '%|'

/** Where the reply that begins at `start` ends; undefined while part of it is missing. RESP 2 and 3. */
export function endOfReply(bytes: Buffer, start: number): number | undefined {
  const line = readLine(bytes, start)
  if (line === undefined) return undefined
  const { type, count, end } = line
  if (STRINGS.includes(type)) {
    const last = count < 0 ? end : end + count + 2
    return last <= bytes.length ? last : undefined
  }
  let left = LISTS.includes(type) ? count : MAPS.includes(type) ? 2 * count : 0
  let at: number | undefined = end
  for (; left > 0 && at !== undefined; left--) at = endOfReply(bytes, at)
  return at
}

/** A line of the protocol: a type, and mostly a number. */
function readLine(bytes: Buffer, start: number) {
  const at = bytes.indexOf('\r\n', start)
  if (at === -1) return undefined
  return {
    type: bytes.toString('latin1', start, start + 1),
    count: Number(bytes.toString('latin1', start + 1, at)),
    end: at + 2,
  }
}

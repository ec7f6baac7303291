import type { RelayedChunk } from '@latchkey/test-kit'

/** A condition on the traffic of several relays. It sees every chunk in order, so it may count. */
export type ChunkCondition = (chunk: RelayedChunk) => boolean

/** The reply to a chunk. */
export function replyTo(request: ChunkCondition): ChunkCondition {
  let asked: string | undefined
  return (chunk) => {
    if (asked === undefined) {
      if (request(chunk)) asked = chunk.connection
      return false
    }
    return chunk.connection === asked && chunk.from === 'server'
  }
}

/** The chunk with this number, from 1, among those that meet the condition. */
export function nth(number: number, condition: ChunkCondition): ChunkCondition {
  let count = 0
  return (chunk) => condition(chunk) && ++count === number
}

/** Met only after the first condition was met. */
export function after(first: ChunkCondition, condition: ChunkCondition): ChunkCondition {
  let isMet = false
  return (chunk) => {
    if (isMet) return condition(chunk)
    isMet = first(chunk)
    return false
  }
}

/** The commit of the transaction in which something was written first. */
export function commitOf(written: ChunkCondition): ChunkCondition {
  /** Connections with an open transaction. */
  const open = new Set<string>()
  let writing: string | undefined
  return (chunk) => {
    const isWritten = written(chunk)
    const { connection, from, bytes } = chunk
    if (from === 'server') return false
    if (bytes.includes('begin')) open.add(connection)
    if (writing === undefined && isWritten && open.has(connection)) writing = connection
    if (bytes.includes('rollback')) open.delete(connection)
    if (!bytes.includes('commit')) return false
    open.delete(connection)
    return connection === writing
  }
}

import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { askNode } from './ask-node.ts'
import type { StoreNode } from './redis-store.ts'

export type Fsync = 'everysec' | 'always'

/** Sets how often the append-only file is flushed to the disk. A restart resets it. */
export const setFsync = (node: StoreNode, fsync: Fsync): Promise<unknown> =>
  askNode(node, (redis) => redis.config('SET', 'appendfsync', fsync))

/** Rewrites the append-only file in the background, as Redis does from time to time. */
export const rewriteFile = (node: StoreNode): Promise<unknown> => askNode(node, (redis) => redis.bgrewriteaof())

/** The data of a server at one moment. */
export type DataCopy = {
  /** Replaces the current data; the server must be down. */
  restore(): void
}

const FILES = 'appendonlydir'

/** Copies the append-only files while the server is paused. */
export function copyData(node: StoreNode): DataCopy {
  const from = join(node.directory, FILES)
  const copy = `${node.directory}-copy`
  rmSync(copy, { recursive: true, force: true })
  node.pause()
  try {
    cpSync(from, copy, { recursive: true })
  } finally {
    node.resume()
  }
  return {
    restore() {
      deleteData(node)
      cpSync(copy, from, { recursive: true })
    },
  }
}

/** Deletes all data of a server, which must be down. */
export const deleteData = (node: StoreNode): void =>
  rmSync(join(node.directory, FILES), { recursive: true, force: true })

import { setTimeout as sleep } from 'node:timers/promises'
import { backoffMs } from './backoff.ts'
import type { RedisNodes } from './redis-nodes.ts'
import { PAGE_SIZE, type RevocationStream } from './redis-revocation-stream.ts'
import {
  compareStreamIds,
  findGap,
  type StreamEntry,
  type StreamPosition,
  type StreamState,
} from './stream-position.ts'

export type FollowerOptions = {
  nodes: RedisNodes
  open: (url: string) => RevocationStream
  /** Called with entries as soon as they are read. The same ones may come again. */
  apply: (entries: readonly StreamEntry[]) => void
  /**
   * Called several times a second, whether the feed can be read or not.
   *
   * @returns false to have the feed read whole again
   */
  tick: () => boolean
  /** Everything that the feed holds at this moment is known. */
  onCurrent: () => void
  /** The feed has been read whole. */
  onRead: () => void
  /** Entries may be missing from now on, until `onRead`. */
  onCut: (cause: unknown) => void
}

/**
 * Follows the feed until `stop` aborts. Each connection begins by reading it whole, then waits at its end. A connection on which
 * something may have been missed is closed like a lost one. Never rejects.
 */
export async function followRevocations(options: FollowerOptions, stop: AbortSignal): Promise<void> {
  const { nodes, tick, onRead, onCut } = options
  let failures = 0
  let isFollowing = false
  const onFollowing = (): void => {
    failures = 0
    isFollowing = true
    onRead()
  }
  while (!stop.aborted) {
    try {
      await followOnce(options, onFollowing, stop)
    } catch (error) {
      if (stop.aborted) return
      tick()
      const isRedirected = nodes.moveOn(error)
      if (isFollowing || !isRedirected) onCut(error)
      isFollowing = false
      if (!isRedirected) await sleep(backoffMs(failures++), undefined, { signal: stop }).catch(() => {})
    }
  }
}

/** The life of one connection. */
async function followOnce(options: FollowerOptions, onFollowing: () => void, stop: AbortSignal): Promise<never> {
  const stream = options.open(options.nodes.url)
  stop.addEventListener('abort', stream.close)
  try {
    await stream.connect()
    const position = await readWhole(stream, options)
    onFollowing()
    return await readOn(stream, position, options)
  } finally {
    stop.removeEventListener('abort', stream.close)
    stream.close()
  }
}

type Reader = Pick<FollowerOptions, 'apply' | 'tick' | 'onCurrent'>

/** Reads everything, page by page, up to a moment at which the stream had nothing more. */
async function readWhole(stream: RevocationStream, { apply }: Reader): Promise<StreamPosition> {
  let before = await stream.state()
  for (let anchor: StreamEntry | undefined; ; ) {
    const { entries, stream: now } = await stream.readPage(anchor?.[0] ?? '0-0')
    apply(entries)
    assertSameStream(before, now)
    anchor = entries.at(-1) ?? anchor
    if (entries.length < PAGE_SIZE) return { id: now.lastId, added: now.added, anchor }
    before = now
  }
}

function assertSameStream(before: StreamState, now: StreamState): void {
  if (now.added < before.added || compareStreamIds(now.lastId, before.lastId) < 0) {
    throw new Error('the stream was replaced while it was read')
  }
}

/** Reads what comes, and throws as soon as something may have been missed. */
async function readOn(stream: RevocationStream, from: StreamPosition, reader: Reader): Promise<never> {
  const { apply, tick, onCurrent } = reader
  let lastId = from.id
  for (let position = from; ; ) {
    if (!tick()) throw new Error('the clock was set back')
    const entries = await stream.readNext(position.id)
    apply(entries)
    onCurrent()
    const last = entries.at(-1)
    if (last === undefined && lastId !== position.id) throw new Error('entries were removed unread')

    // From where it was read before: what has just come may be the first entry of another stream.
    const found = await stream.readEntry(position.anchor?.[0] ?? position.id)
    const gap = findGap(position, found.stream, found.entries[0])
    if (gap !== undefined) throw new Error(gap)
    lastId = found.stream.lastId
    if (last !== undefined) position = { id: last[0], added: position.added + entries.length, anchor: last }
  }
}

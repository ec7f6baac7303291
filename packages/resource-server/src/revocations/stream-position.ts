import { isDeepStrictEqual } from 'node:util'

export type StreamEntry = readonly [id: string, fields: readonly string[]]

/** The state of a stream at one moment; that of a missing one is {@link EMPTY_STREAM}. */
export type StreamState = {
  /** The highest id that was ever assigned. */
  readonly lastId: string
  /** The lowest id that is still there; `0-0` when there is none. */
  readonly firstId: string
  /** How many entries were ever added. */
  readonly added: number
  /** How many are there now. */
  readonly length: number
}

/** Up to where a stream was read. */
export type StreamPosition = {
  readonly id: string
  /** How many entries had ever been added up to there. */
  readonly added: number
  /** The last entry that was read; none in a stream that was empty. */
  readonly anchor: StreamEntry | undefined
}

export const EMPTY_STREAM: StreamState = { lastId: '0-0', firstId: '0-0', added: 0, length: 0 }

/** Why reading can't simply continue. */
export type StreamGap =
  | 'the stream was deleted'
  | 'the ids went backwards'
  | 'the stream was recreated'
  | 'entries were removed unread'

/**
 * Whether something was missed up to a position, or would be by reading on from it. A stream that only grew, or was
 * trimmed no further than it was read, has no gap.
 *
 * The ids alone don't show it. The number of entries ever added shows how many of them a trimmed stream lost. The anchor
 * shows that the stream was not recreated with ids that continue: then entries below the position are new ones.
 *
 * @param anchor the entry that is now at the id of the position's anchor
 */
export function findGap(
  position: StreamPosition,
  stream: StreamState,
  anchor: StreamEntry | undefined,
): StreamGap | undefined {
  if (stream.added === 0 && position.added > 0) return 'the stream was deleted'
  const ahead = compareStreamIds(stream.lastId, position.id)
  if (ahead < 0) return 'the ids went backwards'
  if (stream.added < position.added) return 'the stream was recreated'
  const holdsReadEntries = stream.length > 0 && compareStreamIds(stream.firstId, position.id) <= 0
  if (holdsReadEntries && (anchor === undefined || !isDeepStrictEqual(anchor, position.anchor))) {
    return 'the stream was recreated'
  }
  const removed = stream.added - stream.length
  const lostUnread = !holdsReadEntries && removed > position.added
  const lostLast = ahead === 0 && stream.added > position.added
  return lostUnread || lostLast ? 'entries were removed unread' : undefined
}

/** Negative, zero or positive, as `a` comes before, with or after `b`. Ids are two 64-bit numbers: `milliseconds-sequence`. */
export function compareStreamIds(a: string, b: string): number {
  const [aTime = '', aSequence = ''] = a.split('-')
  const [bTime = '', bSequence = ''] = b.split('-')
  return compareIntegers(aTime, bTime) || compareIntegers(aSequence, bSequence)
}

/** Without leading zeros, the longer one is the greater one; numbers would lose the last digits. */
function compareIntegers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : Number(a > b)
}

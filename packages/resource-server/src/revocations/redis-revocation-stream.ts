import { isDeepStrictEqual } from 'node:util'
import { withDeadline } from '@latchkey/problems'
import type { Redis, RedisOptions } from 'ioredis'
import type { RedisConnectionOptions } from './revocation-options.ts'
import { type SentinelOptions, sentinelFault } from './sentinels.ts'
import { EMPTY_STREAM, type StreamEntry, type StreamState } from './stream-position.ts'

/** Some entries, and the state of the stream at the same moment. */
export type StreamRead = { readonly entries: readonly StreamEntry[]; readonly stream: StreamState }

/** One connection to the feed. Each call rejects when there is no answer in time; the connection must then be closed. */
export type RevocationStream = {
  connect(): Promise<void>
  state(): Promise<StreamState>
  /** The entries behind an id, {@link PAGE_SIZE} at most. */
  readPage(after: string): Promise<StreamRead>
  /** The one entry with this id, if it is still there. */
  readEntry(id: string): Promise<StreamRead>
  /** The entries behind an id as soon as there are any; none when none came for a while. */
  readNext(after: string): Promise<readonly StreamEntry[]>
  close(): void
}

/** How long one read waits for new entries, and so how often the state of the stream is checked. */
const BLOCK_MS = 250
/** A Redis that takes longer to answer counts as dead. */
const ANSWER_MS = 1500
/** Each fails only because something was written between commands that Redis gets at once. */
const READ_ATTEMPTS = 20
/** How long a connection may be silent before it counts as lost. */
export const SILENCE_MS: number = BLOCK_MS + ANSWER_MS
export const PAGE_SIZE = 1000

/** As `CLIENT LIST` shows the connection. */
const CONNECTION_NAME = 'latchkey-revocations'

const ownOptions = {
  // Replies in one shape, whatever the version of the server.
  protocol: 2,
  replyMapping: 'legacy',
  keyPrefix: '',
  lazyConnect: true,
  connectTimeout: ANSWER_MS,
  // The client must not reconnect by itself: behind the next connection there may be another stream.
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  sentinelReconnectStrategy: () => null,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  // It needs more rights than reading a stream. A Redis that is still loading refuses the first read.
  enableReadyCheck: false,
  disableClientInfo: true,
  // Its timer would outlive a server that does not answer.
  disconnectTimeout: 0,
} satisfies RedisOptions

/** @throws {Error} ioredis, an optional peer, is not installed */
export async function loadRedis(): Promise<typeof Redis> {
  try {
    return (await import('ioredis')).Redis
  } catch (cause) {
    throw new Error(
      '@latchkey/resource-server follows revocations with ioredis, which is not installed: npm install ioredis',
      { cause },
    )
  }
}

export type StreamAddress = {
  url: string
  /** In place of the URL, where Sentinels know the server. */
  sentinel?: SentinelOptions | undefined
  /** The key of the stream. */
  key: string
  /** What the URL does not say. */
  options?: RedisConnectionOptions
}

/** @param Client the class from {@link loadRedis} */
export function openRevocationStream(
  Client: typeof Redis,
  { url, sentinel, key, options = {} }: StreamAddress,
): RevocationStream {
  const redis = sentinel
    ? new Client({ ...sentinel, ...options, ...ownOptions })
    : new Client(url, { ...options, ...ownOptions })
  // Only this event has the cause of a failed connection.
  let lastError: Error | undefined
  redis.on('error', (error: Error) => {
    lastError ??= error
  })
  redis.on('sentinelError', (error: Error) => {
    lastError = sentinelFault(error, sentinel?.name ?? '')
  })

  const answerTo = <Reply>(call: Promise<Reply>, ms = ANSWER_MS): Promise<Reply> =>
    withDeadline(call, ms, { what: 'Redis' })

  /** Not in a transaction: a Redis whose memory is full takes none. */
  async function readRange(start: string, end: string): Promise<StreamRead> {
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      const commands = redis.pipeline().xinfo('STREAM', key).xrange(key, start, end, 'COUNT', PAGE_SIZE)
      const [before, range, after] = (await answerTo(commands.xinfo('STREAM', key).exec())) ?? []
      if (before === undefined || range === undefined || after === undefined) throw new Error('Redis dropped a command')
      if (range[0] !== null) throw range[0]
      const stream = readState(...after)
      if (isDeepStrictEqual(readState(...before), stream)) return { entries: range[1] as StreamEntry[], stream }
    }
    throw new Error('the feed changed during each of the attempts to read it')
  }

  return {
    async connect() {
      try {
        await answerTo(redis.connect())
      } catch (error) {
        throw lastError ?? error
      }
      // Every user may do this, unlike CLIENT SETNAME, which ioredis would send. Nothing depends on it.
      await answerTo(redis.call('HELLO', '2', 'SETNAME', CONNECTION_NAME).catch(() => undefined))
    },

    async state() {
      const [error, reply] = await answerTo(outcomeOf(redis.xinfo('STREAM', key)))
      return readState(error, reply)
    },

    readPage: (after) => readRange(`(${after}`, '+'),
    readEntry: (id) => readRange(id, id),

    async readNext(after) {
      const call = redis.xread('COUNT', PAGE_SIZE, 'BLOCK', BLOCK_MS, 'STREAMS', key, after)
      const [stream] = (await answerTo(call, SILENCE_MS)) ?? []
      return stream?.[1] ?? []
    },

    close() {
      redis.disconnect()
    },
  }
}

type Outcome = [error: Error | null, reply: unknown]

/** In the form in which a transaction has the outcome of each command. */
const outcomeOf = (call: Promise<unknown>): Promise<Outcome> =>
  call.then(
    (reply): Outcome => [null, reply],
    (error): Outcome => [error, undefined],
  )

/** Reads the reply of XINFO STREAM: names and values in turn. */
function readState(error: Error | null, reply: unknown): StreamState {
  if (error !== null) {
    if (error.message === 'ERR no such key') return EMPTY_STREAM
    throw error
  }
  const pairs = reply as unknown[]
  const field = (name: string): unknown => pairs[pairs.indexOf(name) + 1]
  const added = field('entries-added')
  const firstId = field('recorded-first-entry-id')
  if (typeof added !== 'number' || typeof firstId !== 'string') {
    throw new Error('following revocations needs Redis 7 or later')
  }
  return { lastId: String(field('last-generated-id')), firstId, added, length: Number(field('length')) }
}

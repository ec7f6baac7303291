import { type SentinelOptions, sentinelFault, sentinelOptions } from '@latchkey/resource-server/revocations'
import { Cluster, Redis, type RedisOptions } from 'ioredis'

export type RedisClient = Redis | Cluster

/** A command that has no answer by then fails: its caller gets 503 in time, and nothing waits for ever. */
const COMMAND_TIMEOUT_MS = 1000

/** The rights of its user do not reach that far. */
const NO_CLIENT_INFO = { disableClientInfo: true } satisfies RedisOptions

const options = {
  ...NO_CLIENT_INFO,
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: COMMAND_TIMEOUT_MS,
  // A command is sent once and now, or fails. Queued, or sent again by itself, it might run after its caller has given up.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: (attempt: number) => Math.min(attempt * 50, 1000),
  // A demoted master answers READONLY for ever; the next connection finds the new one.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions

/**
 * A client that connects by itself, and again whenever the connection is lost. Errors of the connection go to `onError`.
 *
 * @param urls one server, the entry points of a Redis Cluster, or Sentinels (`?sentinel=NAME`)
 */
export function createRedisClient(urls: readonly string[], onError: (error: Error) => void): RedisClient {
  const [url = ''] = urls
  const sentinel = sentinelOptions(urls)
  if (sentinel) return createSentinelClient(sentinel, onError)
  if (urls.length > 1) return createCluster(urls).on('error', reportReasons(url, onError))
  return new Redis(url, options).on('error', onError)
}

function createSentinelClient(sentinel: SentinelOptions, onError: (error: Error) => void): Redis {
  let reason: Error | undefined
  return new Redis({ ...options, ...sentinel })
    .on('sentinelError', (error: Error) => {
      reason = sentinelFault(error, sentinel.name)
    })
    .on('error', (error: Error) => {
      const isAnyReason = error.message.startsWith('All sentinels are unreachable')
      onError(
        isAnyReason && reason ? new Error(`no Sentinel leads to Redis: ${reason.message}`, { cause: reason }) : error,
      )
    })
}

function createCluster(urls: readonly string[]): Cluster {
  const { username, password, protocol } = new URL(urls[0] ?? '')
  const redisOptions = {
    ...NO_CLIENT_INFO,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  } satisfies RedisOptions
  return new Cluster([...urls], {
    redisOptions,
    enableOfflineQueue: false,
    // Names stay names: those of certificates are checked against what was connected to.
    dnsLookup: (address, callback) => callback(null, address),
  })
}

/** A cluster's own error says that all nodes failed, not why: one connection to an entry point finds out. */
function reportReasons(url: string, onError: (error: Error) => void): (error: Error) => void {
  let isAsking = false
  return (error) => {
    if (!('lastNodeError' in error)) return onError(error)
    if (isAsking) return
    isAsking = true
    const entry = new Redis(url, { ...options, lazyConnect: true, retryStrategy: () => null, disconnectTimeout: 0 })
    let reason: Error | undefined
    entry.on('error', (cause) => {
      reason = cause
    })
    entry
      .connect()
      .catch((cause: Error) => {
        reason ??= cause
      })
      .finally(() => {
        isAsking = false
        entry.disconnect()
        onError(reason === undefined ? error : new Error(`${error.message} ${reason.message}`, { cause: reason }))
      })
  }
}

/** Missing rights included: they are the operator's to give. A moved slot too: the cluster's client follows such an answer by itself, until it has followed too many. */
const UNAVAILABLE =
  /^(MOVED|ASK|Too many Cluster redirections|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|MISCONF|OOM|BUSY|NOAUTH|WRONGPASS|NOPERM|ERR max number of clients|ERR ACL failure|ERR The user executing the script)/
const LOST =
  /Connection is closed|Stream isn't writeable|Cluster isn't ready|Cluster is ended|aborted due to connection close|Command timed out|Reached the max retries|None of startup nodes|Failed to refresh slots/
const LOST_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** Whether an error means that Redis was not reached or cannot answer now, rather than that the command was wrong. */
export function isRedisUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && LOST_CODES.has(error.code)) return true
  return UNAVAILABLE.test(error.message) || LOST.test(error.message) || error.name === 'MaxRetriesPerRequestError'
}

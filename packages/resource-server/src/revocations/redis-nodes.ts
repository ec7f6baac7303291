import { sentinelNameOf } from './sentinels.ts'

/**
 * Reads the address of a Redis: `redis://` or `rediss://` (TLS), or several with commas between, the entry points of a Redis
 * Cluster. With `?sentinel=NAME` behind the last one they are Sentinels, which know where the master of that name is.
 *
 * @throws {Error} describes the form and never shows the text, which may hold a password
 */
export function parseRedisUrl(text: string): readonly string[] {
  const urls = text.split(',').map((url) => url.trim())
  for (const url of urls) {
    // `URL` takes `redis:host` for a path, and a client then for a host of its own choice.
    if (!URL.canParse(url) || !/^rediss?:\/\/[^/\\]/i.test(url)) {
      throw new Error('must be a redis:// or rediss:// URL, or several of them with commas between')
    }
  }
  if (sentinelNameOf(urls) === '') throw new Error('must name the master in ?sentinel=NAME')
  return urls
}

/** The server to connect to next. */
export type RedisNodes = {
  readonly url: string
  /**
   * Moves on after a failure: to where a node redirects, else to the next address.
   *
   * @returns true after a redirection, which needs no pause
   */
  moveOn(error: unknown): boolean
}

/** More in a row than a Cluster needs whose nodes agree. */
const MAX_REDIRECTIONS = 3

/** A Cluster keeps a stream on one of its nodes, and every other node redirects there (`MOVED`). A cluster client is not needed. */
export function createRedisNodes(urls: readonly string[]): RedisNodes {
  let failures = 0
  let redirections = 0
  let url = urls[0] ?? ''
  return {
    get url() {
      return url
    },
    moveOn(error) {
      const target = redirectionOf(error)
      if (target !== undefined && redirections < MAX_REDIRECTIONS) {
        redirections++
        url = withAddress(url, target)
        return true
      }
      redirections = 0
      failures++
      url = urls[failures % urls.length] ?? ''
      return false
    },
  }
}

type Address = { host: string; port: string }

function redirectionOf(error: unknown): Address | undefined {
  const [, host, port] = (error instanceof Error && /^MOVED \d+ (.*):(\d+)$/.exec(error.message)) || []
  return host === undefined || port === undefined ? undefined : { host, port }
}

/** The same URL, user and password included, for another server. An empty host is that of the node which redirects. */
function withAddress(from: string, { host, port }: Address): string {
  const url = new URL(from)
  if (host !== '') url.hostname = host.includes(':') ? `[${host}]` : host
  url.port = port
  return url.href
}

/**
 * Reads where a Redis is: `redis://` or `rediss://` (TLS), or several of them with commas between, the entry points of a
 * Redis Cluster.
 *
 * @throws {Error} saying what it must look like, and never what it was: it may hold a password
 */
export function parseRedisUrl(text: string): readonly string[] {
  const urls = text.split(',').map((url) => url.trim())
  for (const url of urls) {
    if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
      throw new Error('must be a redis:// or rediss:// URL, or several of them with commas between')
    }
  }
  return urls
}

/** Which server to ask next. */
export type RedisNodes = {
  readonly url: string
  /**
   * Learns from a failure.
   *
   * @returns true when it named the server to ask instead, which may be asked at once
   */
  learn(error: unknown): boolean
}

/** More in a row than a settled Cluster needs: it does not know itself where the stream is. */
const MAX_REDIRECTIONS = 3

/** A Cluster keeps a stream on one of its nodes, and every other node says which (`MOVED`): no more of it is needed here. */
export function createRedisNodes(urls: readonly string[]): RedisNodes {
  let turn = 0
  let redirections = 0
  let url = urls[0] ?? ''
  return {
    get url() {
      return url
    },
    learn(error) {
      const target = redirectionOf(error)
      if (target !== undefined && redirections < MAX_REDIRECTIONS) {
        redirections++
        url = withAddress(url, target)
        return true
      }
      redirections = 0
      turn++
      url = urls[turn % urls.length] ?? ''
      return false
    },
  }
}

type Address = { host: string; port: string }

function redirectionOf(error: unknown): Address | undefined {
  const [, host, port] = (error instanceof Error && /^MOVED \d+ (.*):(\d+)$/.exec(error.message)) || []
  return host === undefined || port === undefined ? undefined : { host, port }
}

/** The same URL, user, password and all, for another server. An empty host means the one that was asked. */
function withAddress(from: string, { host, port }: Address): string {
  const url = new URL(from)
  if (host !== '') url.hostname = host.includes(':') ? `[${host}]` : host
  url.port = port
  return url.href
}

/** What ioredis takes in place of a URL, to reach the master that Sentinels name. */
export type SentinelOptions = {
  readonly name: string
  readonly sentinels: { readonly host: string; readonly port: number }[]
  readonly username?: string
  readonly password?: string
  readonly sentinelUsername?: string
  readonly sentinelPassword?: string
  readonly db?: number
  readonly tls?: object
  readonly sentinelTLS?: object
  readonly enableTLSForSentinelMode?: boolean
  /** A master that was replaced may answer for a while: its clients leave it when the Sentinels say so. */
  readonly failoverDetector: true
}

const SENTINEL_PORT = 26_379

/** The name in `?sentinel=NAME`; undefined for addresses of Redis itself. */
export function sentinelNameOf(urls: readonly string[]): string | undefined {
  const names = urls.flatMap((url) => new URL(url).searchParams.getAll('sentinel'))
  return names[0]
}

/**
 * Of addresses with `?sentinel=NAME`, which are those of Sentinels. User and password are those of Redis, and the Sentinels' too unless
 * `&sentinelAuth=off` says that they ask for none. Undefined for addresses of Redis itself.
 */
export function sentinelOptions(urls: readonly string[]): SentinelOptions | undefined {
  const name = sentinelNameOf(urls)
  const addresses = urls.map((url) => new URL(url))
  const [first] = addresses
  if (name === undefined || first === undefined) return undefined
  const username = decodeURIComponent(first.username)
  const password = decodeURIComponent(first.password)
  const hasAuth = !addresses.some(({ searchParams }) => searchParams.get('sentinelAuth') === 'off')
  const db = Number(first.pathname.slice(1))
  return {
    name,
    sentinels: addresses.map(({ hostname, port }) => ({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? SENTINEL_PORT : Number(port),
    })),
    ...(username !== '' && { username, ...(hasAuth && { sentinelUsername: username }) }),
    ...(password !== '' && { password, ...(hasAuth && { sentinelPassword: password }) }),
    ...(db > 0 && { db }),
    ...(first.protocol === 'rediss:' && { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }),
    failoverDetector: true,
  }
}

const UNKNOWN_NAME = [
  /^connected to sentinel (\S+) successfully, but got an invalid reply: null/,
  /^failed to connect to sentinel (\S+) because ERR No such master/,
]

/** An error of one Sentinel, in words that name what is wrong. */
export function sentinelFault(error: Error, name: string): Error {
  const [, address] = UNKNOWN_NAME.map((text) => text.exec(error.message)).find((found) => found !== null) ?? []
  return address === undefined ? error : new Error(`the Sentinel at ${address} knows no master named ${name}`)
}

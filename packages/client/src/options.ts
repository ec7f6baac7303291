import { toUrl } from './platform.ts'
import { createMemoryStore, type TokenStore } from './token-store.ts'

/**
 * How tokens travel: `hybrid` has the access token in memory and the refresh token in a cookie that no script reads, `cookie` has both in
 * cookies, `body` has both in the program's hands.
 */
export type Delivery = 'hybrid' | 'cookie' | 'body'

export type ClientOptions = {
  /** Where auth-service is, a path in front included. In a page it may be relative: `/` where a proxy has both on one origin. */
  readonly authUrl: string | URL
  /** Origins of other services that the access token is meant for. Beside that of `authUrl` no other ever gets it. */
  readonly origins?: readonly (string | URL)[]
  /** `hybrid` unless given. Outside of a browser `body` alone works: nobody else keeps cookies. */
  readonly delivery?: Delivery
  /** With `body` delivery: where tokens are kept. In memory unless given. */
  readonly store?: TokenStore
  /** Limit of each call of the client's own to auth-service, in milliseconds; 10,000 unless given. */
  readonly timeoutMs?: number
  /** The platform's unless given. */
  readonly fetch?: typeof globalThis.fetch
  /** A monotonic clock in milliseconds; `performance.now` unless given. */
  readonly now?: () => number
}

export type Settings = {
  /** It ends in `/auth/`. */
  readonly base: string
  readonly origins: ReadonlySet<string>
  readonly delivery: Delivery
  readonly store: TokenStore
  readonly timeoutMs: number
  readonly fetch: typeof globalThis.fetch
  readonly now: () => number
}

/** @throws {TypeError} */
export function readOptions({ authUrl, origins = [], delivery = 'hybrid', ...options }: ClientOptions): Settings {
  const url = toUrl(authUrl)
  return {
    base: `${url.origin}${url.pathname.replace(/\/+$/, '')}/auth/`,
    origins: new Set([url, ...origins.map(toUrl)].map(originOf)),
    delivery,
    // Where cookies have the tokens, nothing is stored.
    store: (delivery === 'body' && options.store) || createMemoryStore(),
    timeoutMs: options.timeoutMs ?? 10_000,
    // A method of the window, which may be replaced later on.
    fetch: options.fetch ?? ((...call) => globalThis.fetch(...call)),
    now: options.now ?? (() => performance.now()),
  }
}

function originOf({ protocol, origin }: URL): string {
  if (!/^https?:$/.test(protocol)) throw new TypeError('a service has an http or https URL')
  return origin
}

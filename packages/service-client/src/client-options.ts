import { setTimeout as wait } from 'node:timers/promises'

export type ServiceClientOptions = {
  /** The service to call. The token is sent to this origin, below this path, and nowhere else. */
  baseUrl: string
  /** The token endpoint of the authorization server (RFC 6749 section 3.2). */
  tokenUrl: string
  clientId: string
  clientSecret: string
  /** The scopes to request, separated by spaces; all of the client's unless given. */
  scope?: string
  /** The time limit of a whole call in milliseconds: token, retries, and the body of the response; 2000 unless given. */
  timeoutMs?: number
  /** The time limit of a token request in milliseconds; three quarters of `timeoutMs` unless given. */
  tokenTimeoutMs?: number
  /** The most retries of a call, where retrying is safe; 2 unless given. */
  maxRetries?: number
  /** A monotonic clock, in milliseconds. */
  now?: () => number
  /** A number from 0 to 1; Math.random unless given. */
  random?: () => number
  /** Waits for `ms` milliseconds, and rejects once the signal aborts. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

export type ClientSettings = {
  readonly base: URL
  readonly tokenUrl: URL
  readonly clientId: string
  readonly clientSecret: string
  readonly scope: string | undefined
  readonly timeoutMs: number
  readonly tokenTimeoutMs: number
  readonly maxRetries: number
} & Pacing

/** Time and randomness, as arguments. */
export type Pacing = Required<Pick<ServiceClientOptions, 'now' | 'random' | 'sleep'>>

/** The longest delay of a timer. */
const LONGEST_MS = 2 ** 31 - 1
const scopePattern = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

/** @throws {TypeError} which names the option that is not usable, never its value */
export function readOptions(options: ServiceClientOptions): ClientSettings {
  const { clientId, clientSecret, scope, timeoutMs = 2000, maxRetries = 2 } = options
  const { tokenTimeoutMs = Math.ceil(timeoutMs * 0.75) } = options
  const { now = () => performance.now(), random = Math.random, sleep = sleepFor } = options
  const base = parseUrl('baseUrl', options.baseUrl)
  const tokenUrl = parseUrl('tokenUrl', options.tokenUrl)
  require(base.search === '' && base.hash === '', 'baseUrl must have no query and no fragment')
  require(isText(clientId), 'clientId must be text')
  require(isText(clientSecret), 'clientSecret must be text')
  require(scope === undefined || scopePattern.test(scope), 'scope must be scopes separated by a space')
  requireDuration('timeoutMs', timeoutMs)
  requireDuration('tokenTimeoutMs', tokenTimeoutMs)
  require(Number.isInteger(maxRetries) && maxRetries >= 0, 'maxRetries must be a whole number')
  return { base, tokenUrl, clientId, clientSecret, scope, timeoutMs, tokenTimeoutMs, maxRetries, now, random, sleep }
}

/** @throws {TypeError} */
export function requireDuration(name: string, ms: number): void {
  require(ms > 0 && ms <= LONGEST_MS, `${name} must be a number of milliseconds`)
}

function parseUrl(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new TypeError(`${name} must be an http or https URL`)
  require(url.username === '' && url.password === '', `${name} must hold no credentials`)
  return url
}

function require(holds: boolean, message: string): void {
  if (!holds) throw new TypeError(message)
}

/** In JavaScript, an unset variable gets here. */
function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.isWellFormed()
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal })
}

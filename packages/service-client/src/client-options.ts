import { setTimeout as wait } from 'node:timers/promises'

export type ServiceClientOptions = {
  /** The service to call. The token goes to this origin, and below this path, alone. */
  baseUrl: string
  /** The token endpoint of the authorization server (RFC 6749 section 3.2). */
  tokenUrl: string
  clientId: string
  clientSecret: string
  /** Scopes to ask for, separated by a space; without it all that the client may have. */
  scope?: string
  /** How long a call may take in all, in milliseconds: its token, its retries, and its answer to the end. */
  timeoutMs?: number
  /** How long a token may take, in milliseconds; three quarters of `timeoutMs` unless given. */
  tokenTimeoutMs?: number
  /** How often a call is repeated at most, where that is safe. */
  maxRetries?: number
  /** A clock that never goes back, in milliseconds. */
  now?: () => number
  /** A number from 0 to 1, as Math.random gives it. */
  random?: () => number
  /** Waits so many milliseconds, and rejects when the signal is aborted. */
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

/** Time and chance, as arguments. */
export type Pacing = Required<Pick<ServiceClientOptions, 'now' | 'random' | 'sleep'>>

/** What timers can hold. */
const LONGEST_MS = 2 ** 31 - 1
const scopePattern = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

/** @throws {TypeError} naming the option that is no good, never its value. */
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

/** From plain JavaScript, an unset variable would get here. */
function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.isWellFormed()
}

async function sleepFor(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal })
}

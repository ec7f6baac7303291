import { BlockList, isIP } from 'node:net'

/** A fault of a setting's text. The message ends a sentence that starts with the name, and never holds the text. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting'
}

/** The message of a parser's error for people. Errors of JavaScript itself may quote the value, so they become `is invalid`. */
export function explainFault(error: unknown, text: string): string {
  if (error instanceof BadSetting) return error.message
  const builtIn = error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError
  const meant = error instanceof Error && !builtIn && !error.message.includes(text)
  return meant ? error.message : 'is invalid'
}

/**
 * Refuses characters that get into a value unseen and would change it: line ends, control characters, outer spaces, and bytes that
 * are not UTF-8, which Node has replaced. JSON may have line ends and tabs within.
 */
export function assertPlain(text: string, isJson = false): void {
  if (text.includes('\ufffd') || !text.isWellFormed()) throw new BadSetting('must be text in UTF-8')
  const unseen = isJson ? /[^\P{Cc}\n\r\t]/u : /[\p{Cc}\p{Zl}\p{Zp}]/u
  if (unseen.test(text)) throw new BadSetting('must not have line ends or control characters')
  if (text !== text.trim()) throw new BadSetting('must not begin or end with a space or a line end')
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Both inclusive, written like the duration itself. */
export type DurationBounds = { readonly min?: string; readonly max?: string }

/** `10s`, `15m`, `1h`, `7d` (and `250ms`) in milliseconds. */
export function parseDurationMs(text: string, { min, max }: DurationBounds = {}): number {
  const [, amount, unit] = /^([1-9]\d{0,8})(ms|s|m|h|d)$/.exec(text) ?? []
  const factor = unit === undefined ? undefined : UNIT_MS[unit]
  if (amount === undefined || factor === undefined) throw new BadSetting('must be a duration like 10s, 15m, 1h or 7d')
  const ms = Number(amount) * factor
  if (min !== undefined && ms < parseDurationMs(min)) throw new BadSetting(`must be at least ${min}`)
  if (max !== undefined && ms > parseDurationMs(max)) throw new BadSetting(`must be at most ${max}`)
  return ms
}

export function parseDurationSeconds(text: string, bounds?: DurationBounds): number {
  const ms = parseDurationMs(text, bounds)
  if (ms % 1000 !== 0) throw new BadSetting('must be a duration of whole seconds like 10s, 15m, 1h or 7d')
  return ms / 1000
}

export function parseInteger(text: string, min: number, max: number): number {
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw new BadSetting(`must be a whole number from ${min} to ${max}`)
  return value
}

/**
 * An absolute URL of one of the protocols, unchanged. `https:/host` and backslashes, which `URL` repairs without a word, are none: the
 * text is compared and added to as it stands.
 */
export function parseUrl(text: string, protocols: readonly string[]): string {
  const forms = protocols.map((protocol) => `${protocol}//`).join(' or ')
  const { protocol, hostname } = URL.parse(text) ?? { protocol: '', hostname: '' }
  const isWritten = /^[a-z]+:\/\/[^\\]*$/i.test(text) && (hostname === '' || !/^[a-z]+:\/\/\//i.test(text))
  if (!protocols.includes(protocol) || !isWritten) throw new BadSetting(`must be a URL that starts with ${forms}`)
  return text
}

/** A name that the system looks up: labels of letters, digits, hyphens and underscores. */
const HOST_NAME = /^[a-z\d_](?:[\w-]*[a-z\d_])?(?:\.[a-z\d_](?:[\w-]*[a-z\d_])?)*$/i
/** Such a name would be read as an address in a form of old. */
const NUMERIC = /(?:^|\.)\d+$/

/** An address to listen on. */
export function parseHost(text: string): string {
  if (isIP(text) === 0 && (!HOST_NAME.test(text) || NUMERIC.test(text))) {
    throw new BadSetting('must be an IP address, without brackets and port, or a host name')
  }
  return text
}

/** Empty ones, and `.` and `..`, which are not where they are written. */
const hasOddSegments = (url: string): boolean => /\/\/|\/\.{1,2}(\/|$)/.test(url.slice(url.indexOf('//') + 2))

/** An issuer (RFC 8414 §2): no query, no fragment. Its path is part of where its metadata are found, so it is a plain one. */
export function parseIssuer(text: string): string {
  parseUrl(text, ['https:', 'http:'])
  const url = new URL(text)
  const isPlain = !/[?#]/.test(text) && url.username === '' && url.password === '' && /^[\w./~-]*$/.test(url.pathname)
  if (!isPlain || hasOddSegments(text)) {
    throw new BadSetting(
      'must have no query, no fragment, no credentials, and a path of letters, digits, . _ ~ - and single slashes',
    )
  }
  return text
}

/** What browsers hold for secure without TLS; `hostname` as URL has it. */
export const isLoopback = (hostname: string): boolean =>
  /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)

/** Where browsers reach a service, a path in front included; without a slash at its end. Cookies and links are made of it. */
export function parsePublicUrl(text: string): string {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new BadSetting('must be a URL that starts with https://, or http:// on localhost')
  }
  parseUrl(text, ['https:', 'http:'])
  if (/[?#]/.test(text) || url.username !== '' || url.password !== '') {
    throw new BadSetting('must have no query, no fragment and no credentials')
  }
  if (!/^[\w./~-]*$/.test(url.pathname) || hasOddSegments(text)) {
    throw new BadSetting('must have a path of letters, digits, . _ ~ - and single slashes')
  }
  return text.replace(/\/$/, '')
}

export function parseList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim())
  if (items.includes('')) throw new BadSetting('must be a comma-separated list without empty items')
  return items
}

/** IP addresses and CIDR blocks. Host names are refused: their addresses may change while the service runs. */
export function parseAddresses(text: string): string[] {
  return parseList(text).map((item) => {
    if (!isAddressOrBlock(item))
      throw new BadSetting('must list IP addresses or CIDR blocks like 10.0.0.5 or 10.0.0.0/28')
    // Addresses of requests are compared without a zone, and IPv4 as IPv4.
    if (item.includes('%')) throw new BadSetting('must list IPv6 addresses without a zone')
    if (/^::ffff:/i.test(item)) throw new BadSetting('must list IPv4 addresses as 10.0.0.5, not as ::ffff:10.0.0.5')
    return item
  })
}

function isAddressOrBlock(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  if (prefix === undefined) return true
  if (!/^\d{1,3}$/.test(prefix) || Number(prefix) === 0) return false
  try {
    new BlockList().addSubnet(address, Number(prefix), version === 4 ? 'ipv4' : 'ipv6')
    return true
  } catch {
    return false
  }
}
